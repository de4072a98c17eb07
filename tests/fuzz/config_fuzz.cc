// The readers of config files, the daemon's and the command line's. What the daemon's
// takes can be printed and read again.

#include <cstdlib>
#include <string>
#include <vector>

#include "clients/cli/config_file.h"
#include "daemon/config/load.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)pipesched::cli::ParseConfig(text, "f");
  std::vector<std::string> problems;
  const pipesched::Settings settings = pipesched::ReadConfigText(text, "f", problems);
  if (!problems.empty()) return 0;
  pipesched::ReadConfigText(pipesched::FormatSettings(settings), "f", problems);
  if (!problems.empty()) abort();
  return 0;
}
