#ifndef PIPESCHED_DAEMON_CONFIG_HELP_H_
#define PIPESCHED_DAEMON_CONFIG_HELP_H_

#include <string>

namespace pipesched {

// Documents made from the flag table.
std::string FormatHelp();            // what --help prints
std::string FormatReferenceTable();  // docs/daemon.md: a Markdown row a flag
std::string FormatManPage();         // docs/pipeschedd.8
std::string FormatConfigSchema();    // docs/pipeschedd.schema.json, of the config file

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONFIG_HELP_H_
