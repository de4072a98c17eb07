#include "daemon/version.h"

namespace pipesched {

absl::string_view Version() { return PIPESCHED_VERSION; }

absl::string_view Commit() { return PIPESCHED_COMMIT; }

absl::string_view Build() { return PIPESCHED_BUILD; }

}  // namespace pipesched
