#include "render/captions.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "render/facts.h"
#include "render/font.h"

namespace pipesched {
namespace {

constexpr absl::string_view kSeparator = "  \u00B7  ";  // ·
constexpr int kColumnGap = 26;

// Lines of at most `width` pixels, each as many parts as fit. A part that does not fit
// a line is cut at its spaces.
std::vector<std::string> WrapParts(const std::vector<std::string>& parts, int size, int width) {
  std::vector<std::string> lines;
  const auto add = [&](absl::string_view text, absl::string_view separator) {
    if (lines.empty()) return lines.emplace_back(text), true;
    const std::string longer = absl::StrCat(lines.back(), separator, text);
    const bool fits = Font::Default().Width(longer, size) <= width;
    if (fits) lines.back() = longer;
    return fits;
  };
  for (const std::string& part : parts) {
    if (add(part, kSeparator)) continue;
    lines.emplace_back();
    for (const absl::string_view word : absl::StrSplit(part, ' ')) {
      if (!add(word, lines.back().empty() ? "" : " ")) lines.emplace_back(word);
    }
  }
  return lines;
}

// As many parts as fit `width`, the first one always.
std::string FitParts(const std::vector<std::string>& parts, int size, int width) {
  std::string line = parts[0];
  for (size_t i = 1; i < parts.size(); ++i) {
    std::string longer = absl::StrCat(line, kSeparator, parts[i]);
    if (Font::Default().Width(longer, size) > width) break;
    line = std::move(longer);
  }
  return line;
}

void AddFitted(absl::string_view text, int x, int y, int size, Paint paint, double max_width,
               Scene& scene) {
  std::string fitted = Font::Default().Fit(text, size, max_width);
  if (fitted.empty()) return;
  scene.texts.push_back({std::move(fitted), x, y, size, Anchor::kStart, paint});
}

int ColumnWidth(const ComparisonRows& table, size_t column) {
  double widest = 0;
  for (const std::vector<std::string>& row : table) {
    widest = std::max(widest, Font::Default().Width(row[column], kAxisSize));
  }
  return static_cast<int>(std::ceil(widest));
}

int TableWidth(const ComparisonRows& table) {
  int width = -kColumnGap;
  for (size_t i = 0; i < table[0].size(); ++i) width += ColumnWidth(table, i) + kColumnGap;
  return width;
}

// The first column from the left, the others to the right of it.
void AddTable(const Frame& frame, const ComparisonRows& table, Scene& scene) {
  if (table.empty()) return;
  int x = frame.plot.x;
  for (size_t column = 0; column < table[0].size(); ++column) {
    const int width = ColumnWidth(table, column);
    int y = frame.table_y;
    for (size_t i = 0; i < table.size(); ++i, y += kTableLine) {
      const Paint paint = i == 0 ? Paint::kFaintInk : Paint::kInk;
      const bool left = column == 0;
      scene.texts.push_back({table[i][column], left ? x : x + width, y, kAxisSize,
                             left ? Anchor::kStart : Anchor::kEnd, paint});
    }
    x += width + kColumnGap;
  }
}

}  // namespace

Captions MakeCaptions(absl::Span<const Subject> subjects, const PictureOptions& options,
                      const Frame& frame) {
  Captions captions;
  captions.title = TitleOf(subjects, options.labels);
  const bool single = subjects.size() == 1;
  std::vector<std::string> facts;
  if (single) {
    facts = FactsOf(subjects[0], options);
    if (!options.labels.title.empty()) facts.insert(facts.begin(), SizesOf(subjects[0]));
  } else {
    std::vector<std::string> names;
    for (const Subject& subject : subjects) names.push_back(subject.schedule);
    facts = {absl::StrJoin(names, ", ")};
    for (const Subject& subject : subjects) {
      std::vector<std::string> heading = FactsOf(subject, options);
      heading.insert(heading.begin(), subject.schedule);
      captions.headings.push_back(FitParts(heading, kFactsSize, frame.text_width()));
    }
    captions.table = ComparisonTable(subjects);
    FitTable(captions.table,
             [&](const ComparisonRows& rows) { return TableWidth(rows) <= frame.text_width(); });
  }
  captions.facts = WrapParts(facts, kFactsSize, frame.text_width());
  captions.footnote =
      WrapParts(AssumptionsOf(subjects, options.labels), kFootnoteSize, frame.text_width());
  return captions;
}

void AddCaptions(const Frame& frame, const Captions& captions, Scene& scene) {
  const int x = frame.plot.x;
  const int width = frame.text_width();
  AddFitted(captions.title, x, frame.title_y, kTitleSize, Paint::kInk, width, scene);
  int y = frame.facts_y;
  for (const std::string& line : captions.facts) {
    AddFitted(line, x, y, kFactsSize, Paint::kInk, width, scene);
    y += kFactsLine;
  }
  for (size_t i = 0; i < captions.headings.size(); ++i) {
    AddFitted(captions.headings[i], x, frame.panels[i].heading_y, kFactsSize, Paint::kInk, width,
              scene);
  }
  AddTable(frame, captions.table, scene);
  y = frame.footnote_y;
  for (const std::string& line : captions.footnote) {
    AddFitted(line, x, y, kFootnoteSize, Paint::kFaintInk, width, scene);
    y += kFootnoteLine;
  }
}

}  // namespace pipesched
