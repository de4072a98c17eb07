#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/cli/documents.h"
#include "clients/cli/flags.h"
#include "pipesched/v1/schedule.pb.h"

namespace pipesched::cli {
namespace {

using Words = std::vector<std::string>;

std::string Spaced(const Words& words) { return absl::StrJoin(words, " "); }

// The names of the commands in `mask`.
Words CommandNames(unsigned mask) {
  Words names;
  for (const CommandInfo& info : AllCommands()) {
    if ((info.command & mask) != 0) names.emplace_back(info.name);
  }
  return names;
}

Words ScheduleKinds() {
  Words kinds;
  const auto* kind = v1::ScheduleKind_descriptor();
  for (int i = 0; i < kind->value_count(); ++i) {
    if (kind->value(i)->number() == v1::SCHEDULE_KIND_UNSPECIFIED) continue;
    absl::string_view name = kind->value(i)->name();
    absl::ConsumePrefix(&name, "SCHEDULE_KIND_");
    kinds.push_back(absl::AsciiStrToLower(name));
  }
  return kinds;
}

// The values that a flag may have; empty: they cannot be told.
Words Values(const Flag& flag) {
  if (flag.id == FlagId::kSchedule) return ScheduleKinds();
  if (flag.choices.empty()) return {};
  return absl::StrSplit(flag.choices, '|');
}

bool TakesFile(const Flag& flag) { return flag.value_name == "FILE"; }

// "--num-stages", "-s".
Words Spellings(const Flag& flag) {
  Words names = {LongName(flag)};
  if (!flag.short_name.empty()) names.push_back(absl::StrCat("-", flag.short_name));
  return names;
}

std::string Bash() {
  std::string result =
      "# bash completion of pipesched; made by: pipesched completion bash\n"
      "_pipesched() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
      "  local command=compute words=''\n"
      "  COMPREPLY=()\n"
      "  # --flag=value comes as three words.\n"
      "  if [[ $cur == '=' ]]; then\n"
      "    cur=''\n"
      "  elif [[ $prev == '=' ]]; then\n"
      "    prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
      "  fi\n";
  absl::StrAppend(&result, "  case ${COMP_WORDS[1]} in\n    ",
                  absl::StrJoin(CommandNames(~0U), " | "),
                  ") command=${COMP_WORDS[1]} ;;\n  esac\n  case $prev in\n");
  Words files;
  Words free;
  for (const Flag& flag : AllFlags()) {
    if (flag.kind == ValueKind::kSwitch) continue;
    const std::string names = absl::StrJoin(Spellings(flag), " | ");
    if (TakesFile(flag)) {
      files.push_back(names);
    } else if (const Words values = Values(flag); !values.empty()) {
      absl::StrAppend(&result, "    ", names, ") words='", Spaced(values), "' ;;\n");
    } else {
      free.push_back(names);
    }
  }
  absl::StrAppend(&result, "    ", absl::StrJoin(files, " | "),
                  ")\n"
                  "      compopt -o filenames 2>/dev/null || true\n"
                  "      mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
                  "      return\n"
                  "      ;;\n    ",
                  absl::StrJoin(free, " | "),
                  ") return ;;\n"
                  "    *)\n"
                  "      case $command in\n");
  for (const CommandInfo& info : AllCommands()) {
    Words flags;
    for (const Flag& flag : AllFlags()) {
      if ((flag.commands & info.command) == 0) continue;
      for (std::string& name : Spellings(flag)) flags.push_back(std::move(name));
    }
    const absl::string_view shells = info.command == kCompletion ? kShells : "";
    absl::StrAppend(&result, "        ", info.name, ") words='", Spaced(flags),
                    shells.empty() ? "" : " ", absl::StrReplaceAll(shells, {{"|", " "}}), "' ;;\n");
  }
  absl::StrAppend(&result,
                  "      esac\n"
                  "      [[ $COMP_CWORD -ne 1 ]] || words+=' help ",
                  Spaced(CommandNames(~0U)),
                  "'\n"
                  "      ;;\n"
                  "  esac\n"
                  "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                  "}\n"
                  "complete -F _pipesched pipesched\n");
  return result;
}

// In single quotes.
std::string ShellQuote(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string ZshSpec(const Flag& flag) {
  const std::string help = absl::StrReplaceAll(flag.help, {{"[", "\\["}, {"]", "\\]"}});
  std::string spec = absl::StrCat("[", help, "]");
  if (flag.kind != ValueKind::kSwitch) {
    const Words values = Values(flag);
    absl::StrAppend(&spec, ":", flag.value_name, ":",
                    TakesFile(flag)   ? "_files"
                    : !values.empty() ? absl::StrCat("(", Spaced(values), ")")
                                      : "");
  }
  std::string lines;
  for (const std::string& name : Spellings(flag)) {
    absl::StrAppend(&lines, " \\\n        ",
                    ShellQuote(absl::StrCat("(", Spaced(Spellings(flag)), ")", name, spec)));
  }
  return lines;
}

std::string Zsh() {
  std::string result =
      "#compdef pipesched\n"
      "# zsh completion of pipesched; made by: pipesched completion zsh\n"
      "_pipesched() {\n"
      "  local command=compute\n"
      "  local -a commands=(\n";
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, "    ", ShellQuote(absl::StrCat(info.name, ":", info.help)), "\n");
  }
  absl::StrAppend(&result,
                  "    'help:list the flags'\n"
                  "  )\n"
                  "  if (( CURRENT == 2 )); then\n"
                  "    _describe command commands\n"
                  "  fi\n"
                  "  case $words[2] in\n    ",
                  absl::StrJoin(CommandNames(~0U), "|"),
                  ")\n"
                  "      if (( CURRENT > 2 )); then\n"
                  "        command=$words[2]\n"
                  "        shift words\n"
                  "        (( CURRENT-- ))\n"
                  "      fi\n"
                  "      ;;\n"
                  "  esac\n"
                  "  case $command in\n");
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, "    ", info.name, ")\n      _arguments");
    for (const Flag& flag : AllFlags()) {
      if ((flag.commands & info.command) != 0) absl::StrAppend(&result, ZshSpec(flag));
    }
    if (info.command == kCompletion) {
      absl::StrAppend(&result, " \\\n        '1:shell:(",
                      absl::StrReplaceAll(kShells, {{"|", " "}}), ")'");
    }
    absl::StrAppend(&result, "\n      ;;\n");
  }
  absl::StrAppend(&result, "  esac\n}\n_pipesched \"$@\"\n");
  return result;
}

std::string FishQuote(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// When fish offers a flag: compute is the command where none is written.
std::string FishCondition(const Flag& flag) {
  if ((flag.commands & kCompute) == 0) {
    return absl::StrCat(" -n '__fish_seen_subcommand_from ", Spaced(CommandNames(flag.commands)),
                        "'");
  }
  const Words others = CommandNames(~flag.commands);
  return others.empty()
             ? ""
             : absl::StrCat(" -n 'not __fish_seen_subcommand_from ", Spaced(others), "'");
}

std::string Fish() {
  std::string result =
      "# fish completion of pipesched; made by: pipesched completion fish\n"
      "complete -c pipesched -f\n";
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&result, "complete -c pipesched -n __fish_use_subcommand -a ", info.name,
                    " -d ", FishQuote(info.help), "\n");
  }
  absl::StrAppend(&result, "complete -c pipesched -n '__fish_seen_subcommand_from completion' -a '",
                  absl::StrReplaceAll(kShells, {{"|", " "}}), "'\n");
  for (const Flag& flag : AllFlags()) {
    const std::string short_name =
        flag.short_name.empty()
            ? ""
            : absl::StrCat(flag.short_name.size() == 1 ? " -s " : " -o ", flag.short_name);
    std::string value;
    if (flag.kind != ValueKind::kSwitch) {
      const Words values = Values(flag);
      value = TakesFile(flag)  ? " -r -F"
              : values.empty() ? " -x"
                               : absl::StrCat(" -x -a '", Spaced(values), "'");
    }
    absl::StrAppend(&result, "complete -c pipesched", FishCondition(flag), short_name, " -l ",
                    flag.name, value, " -d ", FishQuote(flag.help), "\n");
  }
  return result;
}

}  // namespace

std::string FormatCompletion(absl::string_view shell) {
  if (shell == "zsh") return Zsh();
  if (shell == "fish") return Fish();
  return Bash();
}

}  // namespace pipesched::cli
