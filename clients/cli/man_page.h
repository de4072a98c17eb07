#ifndef PIPESCHED_CLIENTS_CLI_MAN_PAGE_H_
#define PIPESCHED_CLIENTS_CLI_MAN_PAGE_H_

#include <string>

namespace pipesched::cli {

// docs/pipesched.1, made from the tables of commands, flags and exit codes.
std::string FormatManPage();

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_MAN_PAGE_H_
