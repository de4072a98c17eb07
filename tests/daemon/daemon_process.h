#ifndef PIPESCHED_TESTS_DAEMON_DAEMON_PROCESS_H_
#define PIPESCHED_TESTS_DAEMON_DAEMON_PROCESS_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "tests/support/process.h"

namespace pipesched {

inline std::vector<std::string> DaemonArgv(std::vector<std::string> flags) {
  flags.insert(flags.begin(), BuiltProgram("pipeschedd"));
  return flags;
}

inline ProcessResult RunDaemon(std::vector<std::string> flags, const ProcessOptions& options = {}) {
  return RunProcess(DaemonArgv(std::move(flags)), options);
}

// What stands behind `text` in a line; "" if the line has no such text.
inline std::string RestOfLine(const std::string& line, absl::string_view text) {
  const size_t found = line.find(std::string(text));
  return found == std::string::npos ? "" : line.substr(found + text.size());
}

// A running pipeschedd and the addresses that it says it listens on.
struct Daemon {
  explicit Daemon(std::vector<std::string> flags, const ProcessOptions& options = {})
      : process(DaemonArgv(std::move(flags)), options) {
    constexpr absl::string_view kListening = " info listening on ";
    constexpr absl::string_view kAdmin = " info admin listening on ";
    const std::string line = process.WaitForStderrLine(kListening);
    EXPECT_NE(line, "") << process.Wait().err;
    addresses = absl::StrSplit(RestOfLine(line, kListening), ' ', absl::SkipEmpty());
    std::string err;
    process.WaitForStderr("", &err);
    if (err.find(std::string(kAdmin)) != std::string::npos) {
      admin = RestOfLine(process.WaitForStderrLine(kAdmin), kAdmin);
    }
  }

  Process process;
  std::vector<std::string> addresses;
  std::string admin;  // "" if it has no admin listener
};

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_DAEMON_DAEMON_PROCESS_H_
