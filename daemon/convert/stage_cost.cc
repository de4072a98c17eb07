#include "daemon/convert/stage_cost.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/convert/numbers.h"

namespace pipesched {
namespace {

std::string Path(int index, absl::string_view field) {
  return absl::StrCat("pipeline.stage_costs[", index, "].", field);
}

}  // namespace

double StageTimes::LongestWork() const {
  const double full = backward.value_or(0);
  const double split = backward_input.value_or(full / 2) + backward_weight.value_or(full / 2);
  return std::max(forward + std::max(full, split), 2 * overlapped_pair.value_or(0));
}

std::optional<double> CheckTime(double value, bool zero_allowed,
                                absl::FunctionRef<std::string()> path, Violations& violations) {
  if (std::isfinite(value) && (value > 0 || (zero_allowed && value == 0))) return value;
  violations.Add(path(),
                 absl::StrCat(FormatNumber(value), ", want ", zero_allowed ? "[" : "(", "0, inf)"));
  return std::nullopt;
}

StageTimes ConvertTimes(const v1::StageCost& cost, int index, Violations& violations) {
  const auto check = [&](bool given, double value, absl::string_view field) {
    if (!given) return std::optional<double>();
    const bool zero_allowed = field != "forward";
    return CheckTime(
        value, zero_allowed, [&] { return Path(index, field); }, violations);
  };
  StageTimes times;
  const int64_t violations_before = violations.count();
  times.forward = check(cost.has_forward(), cost.forward(), "forward").value_or(1);
  times.backward = check(cost.has_backward(), cost.backward(), "backward");
  times.backward_input = check(cost.has_backward_input(), cost.backward_input(), "backward_input");
  times.backward_weight =
      check(cost.has_backward_weight(), cost.backward_weight(), "backward_weight");
  const bool parts_are_right = violations.count() == violations_before;
  times.overlapped_pair =
      check(cost.has_overlapped_pair(), cost.overlapped_pair(), "overlapped_pair");
  if (!times.backward && !(times.backward_input && times.backward_weight)) times.backward = 2;
  if (!parts_are_right || !times.overlapped_pair) return times;
  const double least =
      std::max(times.forward,
               times.backward ? *times.backward : *times.backward_input + *times.backward_weight);
  if (*times.overlapped_pair < least) {
    violations.Add(Path(index, "overlapped_pair"),
                   absl::StrCat(FormatNumber(*times.overlapped_pair), ", want [",
                                FormatNumber(least), ", inf): at least max(forward, backward)"));
  }
  return times;
}

StageCost ConvertBytes(const v1::StageCost& request, int index, Violations& violations) {
  const auto check = [&](absl::string_view field, int64_t value) {
    if (value >= 0) return;
    violations.Add(Path(index, field), absl::StrCat(value, ", want [0, 2^63 - 1]"));
  };
  check("activation_bytes", request.activation_bytes());
  check("weight_grad_bytes", request.weight_grad_bytes());
  check("static_bytes", request.static_bytes());
  StageCost cost;
  cost.activation_bytes = request.activation_bytes();
  cost.static_bytes = request.static_bytes();
  cost.weight_grad_bytes = request.has_weight_grad_bytes() ? request.weight_grad_bytes()
                                                           : request.activation_bytes() / 2;
  if (cost.activation_bytes >= 0 && cost.weight_grad_bytes > cost.activation_bytes) {
    violations.Add(Path(index, "weight_grad_bytes"),
                   absl::StrCat(cost.weight_grad_bytes, ", want [0, ", cost.activation_bytes,
                                "]: at most activation_bytes"));
  }
  return cost;
}

int64_t TickConverter::operator()(double units, absl::FunctionRef<std::string()> path) {
  const int64_t ticks = scale_.ToTicks(units);
  if (ticks == 0 && units != 0) {
    violations_.Add(path(), absl::StrCat(FormatNumber(units), ": rounds to 0 ticks of ",
                                         FormatNumber(scale_.ToUnits(1)), ", want at least ",
                                         FormatNumber(scale_.ToUnits(1) / 2)));
  }
  return ticks;
}

void TickConverter::SetTimes(const StageTimes& times, int index, StageCost& cost) {
  const auto convert = [&](double units, absl::string_view field) {
    return (*this)(units, [&] { return Path(index, field); });
  };
  cost.forward = convert(times.forward, "forward");
  if (times.backward) cost.backward = convert(*times.backward, "backward");
  cost.backward_weight = times.backward_weight ? convert(*times.backward_weight, "backward_weight")
                                               : cost.backward / 2;
  cost.backward_input = times.backward_input ? convert(*times.backward_input, "backward_input")
                                             : cost.backward - cost.backward / 2;
  if (!times.backward) cost.backward = cost.backward_input + cost.backward_weight;
  if (times.overlapped_pair) {
    cost.overlapped_pair = convert(*times.overlapped_pair, "overlapped_pair");
  }
}

}  // namespace pipesched
