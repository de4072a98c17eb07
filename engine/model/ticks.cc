#include "engine/model/ticks.h"

#include <cmath>
#include <cstdlib>

namespace pipesched {
namespace {

constexpr double kMaxTotalTicks = 4611686018427387904.0;  // 2^62

// 10^n, n in [0, 308]. Exact up to 10^22, beyond that the same on every machine.
double PowerOfTen(int n) {
  double power = 1;
  double base = 10;
  for (int rest = n; rest > 0; rest /= 2) {
    if (rest % 2 == 1) power *= base;
    base *= base;
  }
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
  return std::llround(exponent_ < 0 ? units * factor_ : units / factor_);
}

}  // namespace pipesched
