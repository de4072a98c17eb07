#include "engine/model/ticks.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace pipesched {
namespace {

constexpr double kMaxTotalTicks = 4611686018427387904.0;  // 2^62

// The double nearest to 10^n, n in [0, 308].
double PowerOfTen(int n) {
  char text[8] = "1e";
  const char* const end = std::to_chars(text + 2, text + sizeof text, n).ptr;
  double power = 1;
  std::from_chars(text, end, power);
  return power;
}

}  // namespace

TickScale::TickScale(int exponent) : exponent_(exponent), factor_(PowerOfTen(std::abs(exponent))) {}

TickScale TickScale::ForTotal(double total_units) {
  TickScale scale;
  while (scale.exponent_ < 308) {
    const double ticks =
        scale.exponent_ < 0 ? total_units * scale.factor_ : total_units / scale.factor_;
    if (ticks <= kMaxTotalTicks) break;
    scale = TickScale(scale.exponent_ + 1);
  }
  return scale;
}

int64_t TickScale::ToTicks(double units) const {
  if (exponent_ >= 0) return std::llround(units / factor_);
  // Whole units apart: times the factor they may have more than 53 bits.
  const double whole = std::floor(units);
  return static_cast<int64_t>(whole) * static_cast<int64_t>(factor_) +
         std::llround((units - whole) * factor_);
}

}  // namespace pipesched
