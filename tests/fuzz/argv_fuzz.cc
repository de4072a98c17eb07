// The readers of command lines, the daemon's and the command line's, and of the
// environment. Zero bytes separate arguments.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/cli/command_line.h"
#include "daemon/config/load.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> args = absl::StrSplit(text, '\0');
  (void)pipesched::cli::ParseCommandLine(args);
  std::vector<std::string> problems;
  std::vector<std::string> warnings;
  pipesched::ReadCommandLine(args, problems);
  std::vector<std::string> entries;
  std::vector<const char*> environment;
  for (const std::string& arg : args) entries.push_back(absl::StrCat("PIPESCHED_", arg));
  for (const std::string& entry : entries) environment.push_back(entry.c_str());
  environment.push_back(nullptr);
  pipesched::ReadEnvironment(environment.data(), problems, warnings);
  return 0;
}
