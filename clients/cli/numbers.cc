#include "clients/cli/numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace pipesched::cli {
namespace {

constexpr double kWholeLimit = 9007199254740992;  // 2^53

// Takes a sign off `text`; true if it is a minus.
bool ConsumeSign(absl::string_view& text) {
  if (absl::ConsumePrefix(&text, "-")) return true;
  absl::ConsumePrefix(&text, "+");
  return false;
}

}  // namespace

std::optional<double> ParseNumber(absl::string_view text) {
  const double sign = ConsumeSign(text) ? -1 : 1;
  if (absl::EqualsIgnoreCase(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  if (absl::EqualsIgnoreCase(text, "inf") || absl::EqualsIgnoreCase(text, "infinity")) {
    return sign * std::numeric_limits<double>::infinity();
  }
  // Leaves no second sign, no nan(...) and no hexadecimal to from_chars.
  if (text.empty() || text[0] == '+' || text[0] == '-' ||
      text.find_first_not_of("0123456789.eE+-") != absl::string_view::npos) {
    return std::nullopt;
  }
  double value = 0;
  const char* end = text.data() + text.size();
  const absl::from_chars_result result = absl::from_chars(text.data(), end, value);
  if (result.ptr != end || result.ec == std::errc::invalid_argument) return std::nullopt;
  if (result.ec == std::errc::result_out_of_range) {
    value = value > 1 ? std::numeric_limits<double>::infinity()
                      : std::numeric_limits<double>::denorm_min();
  }
  return sign * value;
}

std::optional<int64_t> ParseInteger(absl::string_view text) {
  absl::string_view digits = text;
  const bool negative = ConsumeSign(digits);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(),
                                     [](unsigned char c) { return absl::ascii_isdigit(c); })) {
    return std::nullopt;
  }
  int64_t value = 0;
  if (absl::SimpleAtoi(text, &value)) return value;
  return negative ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

std::optional<double> ParseDuration(absl::string_view text) {
  std::optional<double> seconds = ParseNumber(text);
  absl::Duration duration;
  if (!seconds && absl::ParseDuration(std::string(text), &duration)) {
    seconds = absl::ToDoubleSeconds(duration);
  }
  return seconds && *seconds > 0 ? seconds : std::nullopt;
}

std::optional<std::vector<int64_t>> ParseCommaIntegers(absl::string_view text) {
  std::vector<int64_t> numbers;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::optional<int64_t> number = ParseInteger(part);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

int32_t ToInt32(int64_t value) {
  return static_cast<int32_t>(std::clamp<int64_t>(value, std::numeric_limits<int32_t>::min(),
                                                  std::numeric_limits<int32_t>::max()));
}

std::string FormatNumber(double value) {
  if (std::abs(value) < kWholeLimit && value == std::trunc(value)) {
    return absl::StrCat(static_cast<int64_t>(value));
  }
  return absl::StrFormat("%.10g", value);
}

std::string FormatPercent(double share) { return absl::StrFormat("%.2f %%", share * 100); }

std::optional<std::map<std::string, double>> ParseFsdpTimes(absl::string_view text) {
  std::map<std::string, double> times;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    const bool is_known =
        pair.first == "unshard" || pair.first == "reshard" || pair.first == "reduce_grad";
    const std::optional<double> time = ParseNumber(pair.second);
    if (!is_known || !time || !times.emplace(pair.first, *time).second) return std::nullopt;
  }
  return times;
}

}  // namespace pipesched::cli
