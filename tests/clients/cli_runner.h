#ifndef PIPESCHED_TESTS_CLIENTS_CLI_RUNNER_H_
#define PIPESCHED_TESTS_CLIENTS_CLI_RUNNER_H_

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "tests/support/process.h"

namespace pipesched {

// Runs the real pipesched in a folder of its own.
struct CliRunner {
  TemporaryFolder folder;
  ProcessOptions options;

  CliRunner() {
    options.directory = folder.path();
    options.environment["XDG_CONFIG_HOME"] = folder.File("none");  // No profiles of the user.
  }

  // The arguments, split at spaces; "" is none.
  ProcessResult Run(absl::string_view line) const {
    std::vector<std::string> argv = {BuiltProgram("pipesched")};
    for (const absl::string_view arg : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
      argv.emplace_back(arg);
    }
    return RunProcess(argv, options);
  }
};

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_CLIENTS_CLI_RUNNER_H_
