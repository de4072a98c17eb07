#include "clients/cli/completion.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/flags.h"

namespace pipesched::cli {
namespace {

std::string CommandNames(absl::string_view separator) {
  return absl::StrJoin(AllCommands(), separator, [](std::string* out, const CommandInfo& info) {
    absl::StrAppend(out, info.name);
  });
}

bool IsFile(const Flag& flag) { return flag.value_name == "FILE"; }

std::string Choices(const Flag& flag) { return absl::StrReplaceAll(flag.choices, {{"|", " "}}); }

// "-s" and "--num-stages".
std::vector<std::string> Spellings(const Flag& flag) {
  std::vector<std::string> result;
  if (!flag.short_name.empty()) result.push_back(absl::StrCat("-", flag.short_name));
  result.push_back(LongName(flag));
  return result;
}

// In single quotes, for any of the shells.
std::string InQuotes(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

constexpr absl::string_view kBashStart =
    "# Completion of pipesched for bash: pipesched completion bash\n"
    "_pipesched() {\n"
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "  local command=compute words=''\n"
    "  COMPREPLY=()\n";

// What may follow a flag, as a branch of "case $prev".
std::string BashBranch(const Flag& flag) {
  if (flag.kind == ValueKind::kSwitch) return "";
  std::string values = "return";
  if (flag.id == FlagId::kSchedule) {
    values =
        "words=$(env -u PIPESCHED_SERVER \"${COMP_WORDS[0]}\" schedules 2>/dev/null |\n"
        "      awk 'NR > 1 { print $1 }')";
  } else if (IsFile(flag)) {
    values =
        "compopt -o filenames 2>/dev/null\n      mapfile -t COMPREPLY < <(compgen -f -- "
        "\"$cur\")\n      return";
  } else if (!flag.choices.empty()) {
    values = absl::StrCat("words=", InQuotes(Choices(flag)));
  }
  return absl::StrCat("    ", absl::StrJoin(Spellings(flag), "|"), ")\n      ", values,
                      "\n      ;;\n");
}

std::string FormatBash() {
  std::string result =
      absl::StrCat(kBashStart, "  case ${COMP_WORDS[1]} in\n    ", CommandNames("|"),
                   ") command=${COMP_WORDS[1]} ;;\n  esac\n  case $prev in\n");
  for (const Flag& flag : AllFlags()) absl::StrAppend(&result, BashBranch(flag));
  absl::StrAppend(&result, "    *)\n      case $command in\n");
  for (const CommandInfo& info : AllCommands()) {
    std::vector<std::string> names;
    for (const Flag& flag : AllFlags()) {
      if ((flag.commands & info.command) == 0) continue;
      for (std::string& name : Spellings(flag)) names.push_back(std::move(name));
    }
    absl::StrAppend(&result, "        ", info.name, ") words='", absl::StrJoin(names, " "),
                    "' ;;\n");
  }
  absl::StrAppend(&result,
                  "      esac\n"
                  "      if [[ $cur != -* ]]; then\n"
                  "        words=''\n"
                  "        [[ $command == completion ]] && words='",
                  Choices(GetFlag(FlagId::kShell)),
                  "'\n"
                  "        [[ $COMP_CWORD -eq 1 ]] && words='",
                  CommandNames(" "),
                  "'\n"
                  "      fi\n"
                  "      ;;\n"
                  "  esac\n"
                  "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                  "}\n"
                  "complete -F _pipesched pipesched\n");
  return result;
}

// What _arguments takes for a flag.
std::string ZshSpec(const Flag& flag) {
  const std::vector<std::string> names = Spellings(flag);
  std::string action;
  if (flag.kind != ValueKind::kSwitch) {
    action = absl::StrCat(":", flag.value_name, ":");
    if (flag.id == FlagId::kSchedule) {
      action += "_pipesched_kinds";
    } else if (IsFile(flag)) {
      action += "_files";
    } else if (!flag.choices.empty()) {
      absl::StrAppend(&action, "(", Choices(flag), ")");
    }
  }
  const std::string help =
      absl::StrReplaceAll(flag.help, {{"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
  const std::string all = absl::StrJoin(names, " ");
  std::string result;
  for (const std::string& name : names) {
    absl::StrAppend(&result, " \\\n        ",
                    InQuotes(absl::StrCat("(", all, ")", name, "[", help, "]", action)));
  }
  return result;
}

std::string FormatZsh() {
  std::string result =
      "#compdef pipesched\n"
      "# Completion of pipesched for zsh: pipesched completion zsh\n"
      "_pipesched_kinds() {\n"
      "  local -a kinds\n"
      "  kinds=(${(f)\"$(env -u PIPESCHED_SERVER pipesched schedules 2>/dev/null |\n"
      "    awk 'NR > 1 { print $1 }')\"})\n"
      "  compadd -a kinds\n"
      "}\n"
      "_pipesched() {\n"
      "  local command=compute\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, "    ", InQuotes(absl::StrCat(info.name, ":", info.help)), "\n");
  }
  absl::StrAppend(&result,
                  "  )\n"
                  "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
                  "    _describe command commands\n"
                  "    return\n"
                  "  fi\n"
                  "  case $words[2] in\n    ",
                  CommandNames("|"),
                  ")\n"
                  "      command=$words[2]\n"
                  "      shift words\n"
                  "      (( CURRENT-- ))\n"
                  "      ;;\n"
                  "  esac\n"
                  "  case $command in\n");
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, "    ", info.name, ")\n      _arguments");
    for (const Flag& flag : AllFlags()) {
      if ((flag.commands & info.command) != 0) absl::StrAppend(&result, ZshSpec(flag));
    }
    if (info.command == kCompletion) {
      absl::StrAppend(&result, " \\\n        ':shell:(", Choices(GetFlag(FlagId::kShell)), ")'");
    }
    absl::StrAppend(&result, "\n      ;;\n");
  }
  return absl::StrCat(result,
                      "  esac\n"
                      "}\n"
                      "if [[ $funcstack[1] == _pipesched ]]; then\n"
                      "  _pipesched \"$@\"\n"
                      "else\n"
                      "  compdef _pipesched pipesched\n"
                      "fi\n");
}

std::string FishLine(const Flag& flag) {
  std::string commands;
  for (const CommandInfo& info : AllCommands()) {
    if ((flag.commands & info.command) != 0) absl::StrAppend(&commands, " ", info.name);
  }
  std::string result =
      absl::StrCat("complete -c pipesched -n '__pipesched_is", commands, "' -l ", flag.name);
  if (!flag.short_name.empty()) {
    absl::StrAppend(&result, flag.short_name.size() == 1 ? " -s " : " -o ", flag.short_name);
  }
  if (flag.id == FlagId::kSchedule) {
    absl::StrAppend(&result,
                    " -x -a '(env -u PIPESCHED_SERVER pipesched schedules 2>/dev/null | "
                    "awk \"NR > 1 { print \\$1 }\")'");
  } else if (IsFile(flag)) {
    absl::StrAppend(&result, " -r -F");
  } else if (!flag.choices.empty()) {
    absl::StrAppend(&result, " -x -a '", Choices(flag), "'");
  } else if (flag.kind != ValueKind::kSwitch) {
    absl::StrAppend(&result, " -x");
  }
  return absl::StrCat(result, " -d ", InQuotes(flag.help), "\n");
}

std::string FormatFish() {
  std::string result = absl::StrCat(
      "# Completion of pipesched for fish: pipesched completion fish\n"
      "function __pipesched_is\n"
      "  set -l words (commandline -opc)\n"
      "  set -l command compute\n"
      "  if set -q words[2]; and contains -- $words[2] ",
      CommandNames(" "),
      "\n"
      "    set command $words[2]\n"
      "  end\n"
      "  contains -- $command $argv\n"
      "end\n"
      "complete -c pipesched -f\n");
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, "complete -c pipesched -n 'test (count (commandline -opc)) -eq 1' -a ",
                    info.name, " -d ", InQuotes(info.help), "\n");
  }
  absl::StrAppend(&result, "complete -c pipesched -n '__pipesched_is completion' -a '",
                  Choices(GetFlag(FlagId::kShell)), "'\n");
  for (const Flag& flag : AllFlags()) absl::StrAppend(&result, FishLine(flag));
  return result;
}

}  // namespace

std::string FormatCompletion(absl::string_view shell) {
  return shell == "bash" ? FormatBash() : shell == "zsh" ? FormatZsh() : FormatFish();
}

}  // namespace pipesched::cli
