#ifndef PIPESCHED_CLIENTS_CLI_NUMBERS_H_
#define PIPESCHED_CLIENTS_CLI_NUMBERS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pipesched::cli {

// A decimal number: "1", "-1.5", "1e-3", ".5", and "nan", "inf" in any case,
// with or without a sign. What is too large is infinity and what is too small
// is the smallest number of its sign, never 0: the service refuses both.
std::optional<double> ParseNumber(absl::string_view text);

// A decimal whole number. One that int64 cannot hold is the nearest that it can.
std::optional<int64_t> ParseInteger(absl::string_view text);

// A number of seconds, or a number with its unit ("500ms", "2m"), above 0; in seconds.
std::optional<double> ParseDuration(absl::string_view text);

// "1,2,4"; one number or more.
std::optional<std::vector<int64_t>> ParseCommaIntegers(absl::string_view text);

// The nearest that int32 can hold.
int32_t ToInt32(int64_t value);

// A whole number below 2^53 as it is, another one in at most 10 significant
// digits, without noise: "90000000042", "55.8", "1e-12".
std::string FormatNumber(double value);

// A share of 1 in percent: "27.27 %".
std::string FormatPercent(double share);

// The times of --fsdp-times, "unshard=0.5,reduce_grad=2", by name; nothing for another
// text, a name that is not known, or one twice.
std::optional<std::map<std::string, double>> ParseFsdpTimes(absl::string_view text);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_NUMBERS_H_
