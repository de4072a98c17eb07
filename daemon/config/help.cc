#include "daemon/config/help.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/text.h"
#include "daemon/config/flags.h"

namespace pipesched {
namespace {

constexpr size_t kHelpWidth = 64;

constexpr absl::string_view kAbout =
    "answers questions about pipeline-parallel training schedules over gRPC";

constexpr absl::string_view kExitCodes[][2] = {
    {"0", "stopped as asked"},
    {"64", "a wrong command line"},
    {"69", "an address cannot be listened on"},
    {"70", "a defect, or a stop that took too long"},
    {"73", "a socket or its lock file cannot be made"},
    {"75", "another process holds a socket: try again later"},
    {"77", "not permitted"},
    {"78", "a wrong configuration: a file, a variable, TLS files, a public address without TLS"},
};

std::string NameAndValue(const Flag& flag) {
  const absl::string_view value = flag.choices.empty() ? flag.value_name : flag.choices;
  return absl::StrCat(LongName(flag), value.empty() ? "" : " ", value);
}

// "(default 256)", or nothing.
std::string Default(const Flag& flag) {
  if (flag.kind == FlagKind::kSwitch || flag.fallback.empty()) return "";
  return absl::StrCat(" (default ", flag.fallback, ")");
}

// The words of `text` in lines of at most kHelpWidth characters.
std::vector<std::string> Wrap(absl::string_view text) {
  std::vector<std::string> lines(1);
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > kHelpWidth) {
      lines.emplace_back();
    }
    absl::StrAppend(&lines.back(), lines.back().empty() ? "" : " ", word);
  }
  return lines;
}

// Text for a man page: dashes that can be copied.
std::string Roff(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}});
}

std::string SchemaOfValue(const Flag& flag) {
  switch (flag.kind) {
    case FlagKind::kSwitch: return R"({"type": "boolean"})";
    case FlagKind::kInteger:
    case FlagKind::kIntegers: {
      const std::string number = absl::StrCat(R"({"type": "integer", "minimum": )", flag.min,
                                              R"(, "maximum": )", flag.max, "}");
      return flag.fallback == "auto"
                 ? absl::StrCat(R"({"anyOf": [)", number, R"(, {"const": "auto"}]})")
                 : number;
    }
    case FlagKind::kChoice: {
      const std::vector<std::string> choices = absl::StrSplit(flag.choices, '|');
      // YAML reads true and false without quotes as booleans.
      return absl::StrCat(
          R"({"enum": [)",
          absl::StrJoin(choices, ", ",
                        [](std::string* out, const std::string& choice) {
                          const bool is_bool = choice == "true" || choice == "false";
                          absl::StrAppend(out, is_bool ? choice : JsonQuote(choice));
                        }),
          "]}");
    }
    case FlagKind::kBytes:
      return R"re({"type": ["integer", "string"], "pattern": "^[0-9]+([KMG]iB)?$"})re";
    case FlagKind::kMode: return R"({"type": "string", "pattern": "^0?[0-7]{3}$"})";
    default: return R"({"type": "string", "minLength": 1})";
  }
}

}  // namespace

std::string FormatHelp() {
  std::vector<std::vector<std::string>> rows;
  for (const Flag& flag : AllFlags()) {
    std::string names = absl::StrCat("  ", NameAndValue(flag));
    for (std::string& line : Wrap(absl::StrCat(flag.help, Default(flag)))) {
      rows.push_back({std::move(names), std::move(line)});
      names.clear();
    }
  }
  std::string result = absl::StrCat(
      "pipeschedd: ", kAbout,
      "\n\nExamples:\n"
      "  pipeschedd --listen unix:/run/pipesched.sock\n"
      "  pipeschedd --listen 127.0.0.1:50551 --admin-listen 127.0.0.1:9464 --log-format json\n"
      "  pipeschedd --config /etc/pipesched/pipeschedd.yaml --check-config\n"
      "\nFlags:\n",
      FormatTable(rows, 2),
      "\nEach flag is also a variable, PIPESCHED_ and its name in capitals with underscores, and "
      "a\n"
      "key of the config file. A flag wins over the variable, that over the file.\n"
      "SIGTERM and SIGINT stop it, a second one at once; SIGHUP reads the configuration again.\n"
      "\nExit codes:\n");
  for (const auto& [code, meaning] : kExitCodes)
    absl::StrAppend(&result, "  ", code, "  ", meaning, "\n");
  return result;
}

std::string FormatReferenceTable() {
  std::string result =
      "| flag | variable | config key | default | meaning |\n|---|---|---|---|---|\n";
  const auto code = [](absl::string_view text) {
    if (text.empty()) return std::string();
    return absl::StrCat("`", absl::StrReplaceAll(text, {{"|", "\\|"}}), "`");
  };
  for (const Flag& flag : AllFlags()) {
    absl::StrAppend(&result, "| ", code(NameAndValue(flag)), " | ", code(VariableName(flag)), " | ",
                    code(ConfigKey(flag)), " | ", code(flag.fallback), " | ", flag.help, " |\n");
  }
  return result;
}

std::string FormatManPage() {
  std::string result =
      absl::StrCat(".TH PIPESCHEDD 8\n.SH NAME\npipeschedd \\- ", Roff(kAbout),
                   "\n.SH SYNOPSIS\n.B pipeschedd\n[\\fIflags\\fR]\n.SH OPTIONS\n");
  for (const Flag& flag : AllFlags()) {
    absl::StrAppend(&result, ".TP\n\\fB", Roff(NameAndValue(flag)), "\\fR\n",
                    Roff(absl::StrCat(flag.help, Default(flag))), "\n");
  }
  absl::StrAppend(
      &result,
      ".SH ENVIRONMENT\nEach option but \\fB\\-\\-check\\-config\\fR, \\fB\\-\\-help\\fR "
      "and \\fB\\-\\-version\\fR is also a variable: PIPESCHED_ and its name in "
      "capitals with underscores. A list is separated by commas.\n"
      ".SH FILES\nThe file of \\fB\\-\\-config\\fR is YAML or JSON; its keys are the "
      "options' names with underscores.\n.SH SIGNALS\n.TP\nSIGTERM, SIGINT\nstop; a "
      "second one stops at once\n.TP\nSIGHUP\nread the configuration, the TLS files and "
      "the tokens again\n.SH EXIT STATUS\n");
  for (const auto& [code, meaning] : kExitCodes) {
    absl::StrAppend(&result, ".TP\n", code, "\n", Roff(meaning), "\n");
  }
  return result;
}

std::string FormatConfigSchema() {
  std::vector<std::string> properties;
  for (const Flag& flag : AllFlags()) {
    const std::string key = ConfigKey(flag);
    if (key.empty()) continue;
    const std::string value = SchemaOfValue(flag);
    const std::string schema =
        IsList(flag.kind)
            ? absl::StrCat(R"({"anyOf": [)", value,
                           R"(, {"type": "array", "minItems": 1, "items": )", value, "}]}")
            : value;
    properties.push_back(absl::StrCat("    ", JsonQuote(key), ": ", schema));
  }
  return absl::StrCat(
      "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
      "  \"title\": \"Config file of pipeschedd\",\n  \"type\": \"object\",\n"
      "  \"additionalProperties\": false,\n  \"properties\": {\n",
      absl::StrJoin(properties, ",\n"), "\n  }\n}\n");
}

}  // namespace pipesched
