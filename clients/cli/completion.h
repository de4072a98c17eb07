#ifndef PIPESCHED_CLIENTS_CLI_COMPLETION_H_
#define PIPESCHED_CLIENTS_CLI_COMPLETION_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pipesched::cli {

// The completion script of "bash", "zsh" or "fish", made from the tables of commands and
// flags. Kinds of schedule are asked of the program when they are wanted.
std::string FormatCompletion(absl::string_view shell);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_COMPLETION_H_
