#ifndef PIPESCHED_DAEMON_VERSION_H_
#define PIPESCHED_DAEMON_VERSION_H_

#include "absl/strings/string_view.h"

namespace pipesched {

// "0.1.0".
absl::string_view Version();

// The commit that the program was built from, or "unknown".
absl::string_view Commit();

// How: "Release, GNU 12.2.0".
absl::string_view Build();

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_VERSION_H_
