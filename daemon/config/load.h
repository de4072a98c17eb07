#ifndef PIPESCHED_DAEMON_CONFIG_LOAD_H_
#define PIPESCHED_DAEMON_CONFIG_LOAD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "daemon/config/settings.h"

namespace pipesched {

// A configuration from all its sources, and what is wrong with them.
struct LoadedSettings {
  Settings settings;
  std::vector<std::string> usage_problems;   // of the command line, a line each
  std::vector<std::string> config_problems;  // of the environment and the file, a line each
  std::vector<std::string> warnings;         // unknown PIPESCHED_* variables

  bool ok() const { return usage_problems.empty() && config_problems.empty(); }
};

// Reads `args` (without the program's name), then the PIPESCHED_* variables of
// `environment` ("NAME=VALUE" texts, the last one null), then the file that
// --config or PIPESCHED_CONFIG names. The first that gives a value wins.
LoadedSettings LoadSettings(const std::vector<std::string>& args, const char* const* environment);

// The parts of LoadSettings. Each adds what is wrong to `problems`.
Settings ReadCommandLine(const std::vector<std::string>& args, std::vector<std::string>& problems);
Settings ReadEnvironment(const char* const* environment, std::vector<std::string>& problems,
                         std::vector<std::string>& warnings);
// A JSON or YAML text; `name` is the file's in messages.
Settings ReadConfigText(absl::string_view text, const std::string& name,
                        std::vector<std::string>& problems);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONFIG_LOAD_H_
