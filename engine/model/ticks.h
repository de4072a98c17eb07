#ifndef PIPESCHED_ENGINE_MODEL_TICKS_H_
#define PIPESCHED_ENGINE_MODEL_TICKS_H_

#include <cstdint>

namespace pipesched {

// Inside, a time is a whole number of ticks, so that sums are exact and ties
// are ties; at the edges it is a double in the caller's unit.
//
// A tick is 10^exponent units: 1e-9 unit, or more where the sum of all times
// of a pipeline would pass 2^62 ticks.
class TickScale {
 public:
  static constexpr int kFinestExponent = -9;

  TickScale() = default;

  // The finest scale, of exponent >= -9, on which times that add up to
  // `total_units` stay below 2^62 ticks. `total_units` is finite and >= 0.
  static TickScale ForTotal(double total_units);

  int exponent() const { return exponent_; }

  // The time in ticks, to the nearest; halves away from 0. `units` is finite,
  // >= 0 and part of the total that the scale was made for.
  int64_t ToTicks(double units) const;

  // The time in the caller's unit: the nearest double while it is below 2^53
  // ticks, and always if it is a whole number of units.
  double ToUnits(int64_t ticks) const {
    if (exponent_ >= 0) return static_cast<double>(ticks) * factor_;
    if (ticks < int64_t{1} << 53) return static_cast<double>(ticks) / factor_;
    const auto ticks_a_unit = static_cast<int64_t>(factor_);
    const int64_t whole = ticks / ticks_a_unit;
    return static_cast<double>(whole) + static_cast<double>(ticks % ticks_a_unit) / factor_;
  }

  friend bool operator==(const TickScale&, const TickScale&) = default;

 private:
  explicit TickScale(int exponent);

  int exponent_ = kFinestExponent;
  double factor_ = 1e9;  // 10^|exponent|
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_TICKS_H_
