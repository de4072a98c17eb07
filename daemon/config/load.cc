#include "daemon/config/load.h"

#include "absl/strings/str_cat.h"
#include "base/file_reader.h"
#include "base/yaml_map.h"

namespace pipesched {

LoadedSettings LoadSettings(const std::vector<std::string>& args, const char* const* environment) {
  LoadedSettings result;
  result.settings = ReadCommandLine(args, result.usage_problems);
  result.settings.AddMissing(ReadEnvironment(environment, result.config_problems, result.warnings));
  const std::string path = result.settings.Text(FlagId::kConfig);
  if (path.empty()) return result;
  const absl::StatusOr<std::string> text = ReadInput(path, kMaxConfigBytes);
  if (text.ok()) {
    result.settings.AddMissing(ReadConfigText(*text, path, result.config_problems));
  } else {
    result.config_problems.push_back(
        absl::StrCat(result.settings.Origin(FlagId::kConfig), ": ", text.status().message()));
  }
  return result;
}

}  // namespace pipesched
