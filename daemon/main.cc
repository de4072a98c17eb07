// pipeschedd: the daemon. See --help, and docs/architecture.md for its parts.

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "daemon/config/help.h"
#include "daemon/config/load.h"
#include "daemon/daemon.h"
#include "daemon/options.h"
#include "daemon/version.h"

namespace pipesched {
namespace {

// A descriptor that is closed would be given to a socket, and what is logged would go
// there. Writing to this one fails instead.
void OccupyStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0) return;
  }
}

void Tell(const char* kind, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    std::fprintf(stderr, "pipeschedd: %s%s\n", kind, line.c_str());
  }
}

int RealMain(const std::vector<std::string>& args) {
  LoadedSettings loaded = LoadSettings(args, environ);
  const Settings& settings = loaded.settings;
  Tell("", loaded.usage_problems);
  if (loaded.usage_problems.empty() && settings.IsOn(FlagId::kHelp)) {
    std::fputs(FormatHelp().c_str(), stdout);
    return EX_OK;
  }
  if (loaded.usage_problems.empty() && settings.IsOn(FlagId::kVersion)) {
    std::printf("pipeschedd %s (%s)\n", std::string(Version()).c_str(),
                std::string(Commit()).c_str());
    return EX_OK;
  }
  Tell("warning: ", loaded.warnings);
  DaemonOptions options;
  // Values that are wrong by themselves cannot be looked at together.
  if (loaded.ok()) options = ToOptions(settings, loaded.config_problems);
  Tell("", loaded.config_problems);
  if (!loaded.usage_problems.empty()) return EX_USAGE;
  if (!loaded.config_problems.empty()) return EX_CONFIG;
  if (settings.IsOn(FlagId::kCheckConfig)) {
    std::fputs(FormatSettings(settings).c_str(), stdout);
    return EX_OK;
  }
  return RunDaemon(settings, options, [&args] { return LoadSettings(args, environ); });
}

}  // namespace
}  // namespace pipesched

int main(int argc, char** argv) {
  pipesched::OccupyStandardDescriptors();
  try {
    return pipesched::RealMain(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pipeschedd: %s\n", error.what());
    return EX_SOFTWARE;
  }
}
