#include "daemon/version.h"

namespace pipesched {

absl::string_view Version() { return PIPESCHED_VERSION; }

absl::string_view Commit() { return PIPESCHED_COMMIT; }

}  // namespace pipesched
