#ifndef PIPESCHED_CLIENTS_CLI_JUNIT_H_
#define PIPESCHED_CLIENTS_CLI_JUNIT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pipesched::cli {

// One test of a report.
struct JunitCase {
  std::string name;
  std::vector<std::string> failures;  // none: it passed
  std::string skipped = {};           // why it was not run; empty: it was
};

// A JUnit report of one suite, as the CI systems read it: XML, ends in a line feed.
// Characters that XML cannot hold become U+FFFD.
std::string FormatJunit(absl::string_view suite, const std::vector<JunitCase>& cases);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_JUNIT_H_
