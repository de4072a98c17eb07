#ifndef PIPESCHED_CLIENTS_CLI_VIOLATIONS_H_
#define PIPESCHED_CLIENTS_CLI_VIOLATIONS_H_

#include <string>
#include <vector>

#include "clients/cli/settings.h"
#include "pipesched/client/error.h"

namespace pipesched::cli {

// A field that is wrong, in the user's words.
struct UserViolation {
  std::string field;        // of the request: "pipeline.stage_costs[3].forward"
  std::string flag;         // who set it: "--forward-times[3]", "plan.yaml: forward_times[3]"
  std::string description;  // its value as the user wrote it, and what is allowed
};

// Turns the service's violations into the user's words. One list that is wrong
// for several stages by the same value is told once; a wrong number of records
// is told for each list that has it.
std::vector<UserViolation> ExplainViolations(const std::vector<client::FieldViolation>& violations,
                                             const Settings& settings);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_VIOLATIONS_H_
