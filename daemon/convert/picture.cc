#include "daemon/convert/picture.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/convert/numbers.h"
#include "daemon/convert/response.h"

namespace pipesched {
namespace {

constexpr int kLeastWidth = 320;
constexpr int kMostSide = 32'767;
constexpr double kLeastScale = 0.1;
constexpr double kMostScale = 8;
constexpr int kLeastColumns = 40;
constexpr int kMostColumns = 10'000;
constexpr int kDefaultColumns = 100;

void CheckLabel(absl::string_view field, const std::string& label, int most,
                Violations& violations) {
  if (label.size() <= static_cast<size_t>(most)) return;
  violations.Add(absl::StrCat("options.", field),
                 absl::StrCat(label.size(), " bytes, want at most ", most));
}

void CheckTimes(const v1::RenderOptions& options, Violations& violations) {
  const double start = options.start_time();
  if (!(std::isfinite(start) && start >= 0)) {
    violations.Add("options.start_time", absl::StrCat(FormatNumber(start), ", want [0, inf)"));
  } else if (options.has_end_time() && !(options.end_time() > start)) {
    violations.Add("options.end_time",
                   absl::StrCat(FormatNumber(options.end_time()), ", want above start_time, ",
                                FormatNumber(start)));
  }
}

void CheckSizes(const v1::RenderOptions& options, Violations& violations) {
  if (options.width() != 0 && (options.width() < kLeastWidth || options.width() > kMostSide)) {
    violations.Add("options.width", absl::StrCat(options.width(), ", want 0 or [", kLeastWidth,
                                                 ", ", kMostSide, "]"));
  }
  if (options.height() < 0 || options.height() > kMostSide) {
    violations.Add("options.height", absl::StrCat(options.height(), ", want [0, ", kMostSide, "]"));
  }
  const double scale = options.scale();
  if (!(scale == 0 || (kLeastScale <= scale && scale <= kMostScale))) {
    violations.Add("options.scale", absl::StrCat(FormatNumber(scale), ", want 0 or [", kLeastScale,
                                                 ", ", kMostScale, "]"));
  }
}

}  // namespace

PictureOptions ConvertPictureOptions(const v1::RenderOptions& options, int num_ranks,
                                     Violations& violations) {
  CheckLabel("title", options.title(), kMaxTitleBytes, violations);
  CheckLabel("time_unit", options.time_unit(), kMaxTimeUnitBytes, violations);
  if (!v1::Theme_IsValid(options.theme())) {
    violations.Add("options.theme", absl::StrCat(static_cast<int>(options.theme()),
                                                 ", want THEME_LIGHT or THEME_DARK"));
  }
  if (!v1::MemoryCurve_IsValid(options.memory())) {
    violations.Add("options.memory", absl::StrCat(static_cast<int>(options.memory()),
                                                  ", want MEMORY_CURVE_OFF or MEMORY_CURVE_ON"));
  }
  CheckTimes(options, violations);
  CheckSizes(options, violations);
  PictureOptions result;
  result.labels = {options.title(), options.time_unit()};
  result.theme = options.theme() == v1::THEME_DARK ? Theme::kDark : Theme::kLight;
  result.arrows = options.show_arrows();
  result.critical_path = options.show_critical_path();
  result.memory = options.memory() == v1::MEMORY_CURVE_ON    ? MemoryCurve::kOn
                  : options.memory() == v1::MEMORY_CURVE_OFF ? MemoryCurve::kOff
                                                             : MemoryCurve::kAuto;
  result.start_time = options.start_time();
  if (options.has_end_time()) result.end_time = options.end_time();
  if (!options.ranks().empty()) {
    Violations wrong;
    result.ranks = ConvertRanks(options.ranks(), num_ranks, wrong);
    for (const Violation& violation : wrong.list()) {
      violations.Add(absl::StrCat("options.", violation.field), violation.description);
    }
  }
  result.width = options.width();
  result.height = options.height();
  result.scale = options.scale() == 0 ? 1 : options.scale();
  return result;
}

TextStyle ConvertTextStyle(const v1::TextStyle& style, Violations& violations) {
  if (style.columns() != 0 && (style.columns() < kLeastColumns || style.columns() > kMostColumns)) {
    violations.Add("options.text.columns", absl::StrCat(style.columns(), ", want 0 or [",
                                                        kLeastColumns, ", ", kMostColumns, "]"));
  }
  return {.columns = style.columns() == 0 ? kDefaultColumns : style.columns(),
          .colour = style.color(),
          .ascii = style.ascii()};
}

Subject SubjectOf(const Plan& plan) {
  return {plan.input.pipeline, plan.placement, plan.order,
          plan.timeline,       plan.metrics,   std::string(plan.input.kind->name),
          plan.digest};
}

}  // namespace pipesched
