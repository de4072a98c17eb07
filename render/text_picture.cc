#include "render/text_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "render/axis.h"
#include "render/facts.h"
#include "render/frame.h"
#include "render/numbers.h"
#include "render/rows.h"
#include "render/utf8.h"

namespace pipesched {
namespace {

constexpr int kIdleIndex = kNumOpKinds;
constexpr int kLeastForward = 2;  // characters, where there is room
constexpr int kMostForward = 8;
constexpr int kLeastPlot = 16;

// How an op fills its characters, by kind and then idle.
constexpr absl::string_view kBlocks[] = {"█", "▓", "▒", "░", "·"};
constexpr absl::string_view kAscii[] = {"#", "=", "-", "+", "."};

// Of 256 colours: those that are nearest to the palette.
struct CellColour {
  int ground;
  int ink;
};
constexpr CellColour kColours[] = {{25, 231}, {215, 16}, {209, 16}, {151, 16}, {-1, 245}};
constexpr CellColour kPaleColours[] = {{74, 16}, {223, 16}, {216, 16}, {194, 16}, {-1, 245}};

size_t CountCharacters(absl::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    TakeCodePoint(text);
    ++count;
  }
  return count;
}

std::string Cut(const std::string& text, size_t most) {
  if (CountCharacters(text) <= most) return text;
  absl::string_view rest = text;
  for (size_t i = 0; i < most; ++i) TakeCodePoint(rest);
  return text.substr(0, text.size() - rest.size());
}

// One character of a row.
struct Cell {
  int kind = kIdleIndex;
  bool pale = false;
  bool critical = false;
  char letter = 0;  // of the op's name; 0: a block
};

class TextDrawer {
 public:
  TextDrawer(absl::Span<const Subject> subjects, const PictureOptions& options,
             const TextStyle& style)
      : subjects_(subjects), options_(options), style_(style) {
    frame_ = MakeFrame(subjects, options);
    const int last = subjects[0].order.num_ranks() - 1;
    label_width_ = static_cast<int>(absl::StrCat("rank ", last, "  ").size());
    frame_.plot.x = 0;
    frame_.plot.width = PlotWidth();
  }

  absl::StatusOr<TextPicture> Draw(Cancelled cancelled) {
    AddWrapped({TitleOf(subjects_, options_.labels)});
    for (size_t i = 0; i < subjects_.size(); ++i) {
      const bool several = subjects_.size() > 1;
      std::vector<std::string> facts = FactsOf(subjects_[i], options_);
      if (several) {
        AddLine("");
        facts.insert(facts.begin(), subjects_[i].schedule);
      }
      AddWrapped(facts);
      if (!several) AddLine("");
      for (const int rank : frame_.panels[i].ranks) {
        if (cancelled()) return absl::CancelledError("cancelled while drawing");
        AddRank(subjects_[i], rank);
      }
    }
    AddAxis();
    AddLegend();
    if (subjects_.size() > 1) AddTable();
    AddWrapped(AssumptionsOf(subjects_, options_.labels));
    return std::move(picture_);
  }

 private:
  // A whole number of characters a forward where they fit, so that equal times are
  // equally long.
  int PlotWidth() const {
    const int room = std::max(style_.columns - label_width_ - 1, kLeastPlot);
    const double forwards = SpanInForwards(subjects_, frame_);
    const int forward = std::min(static_cast<int>(std::floor(room / forwards)), kMostForward);
    if (forward < kLeastForward) return room;
    return std::clamp(static_cast<int>(std::round(forwards * forward)), 1, room);
  }

  void AddLine(absl::string_view text, int hidden = 0) {
    absl::StrAppend(&picture_.text, text, "\n");
    ++picture_.lines;
    picture_.columns = std::max(picture_.columns, static_cast<int>(CountCharacters(text)) - hidden);
  }

  void AddWrapped(const std::vector<std::string>& parts) {
    const absl::string_view separator = style_.ascii ? " | " : " · ";
    const auto columns = static_cast<size_t>(style_.columns);
    std::string line;
    for (const std::string& part : parts) {
      const std::string longer =
          line.empty() ? Plain(part) : absl::StrCat(line, separator, Plain(part));
      if (!line.empty() && CountCharacters(longer) > columns) {
        AddLine(line);
        line = Plain(part);
      } else {
        line = longer;
      }
      line = Cut(line, columns);
    }
    AddLine(line);
  }

  // In ASCII what has no letter there is a question mark, but for our own signs.
  std::string Plain(const std::string& text) const {
    if (!style_.ascii) return text;
    std::string out;
    for (absl::string_view rest = text; !rest.empty();) {
      const char32_t c = TakeCodePoint(rest);
      out += c < 0x80 ? static_cast<char>(c) : c == U'\u00D7' ? 'x' : c == U'\u2013' ? '-' : '?';
    }
    return out;
  }

  void AddRank(const Subject& subject, int rank) {
    AddCells(absl::StrFormat("%-*s", label_width_, absl::StrCat("rank ", rank)),
             CellsOf(subject, rank));
  }

  // Kinds that share a run of characters take turns in it, each as often as its share of
  // the time says, so that a phase of several kinds differs from one of a single kind.
  static void FillShares(const std::vector<std::array<double, kNumOpKinds>>& shares, double least,
                         std::vector<Cell>& cells) {
    std::array<double, kNumOpKinds> due = {};
    for (size_t x = 0; x < shares.size(); ++x) {
      const double sum = std::accumulate(shares[x].begin(), shares[x].end(), 0.0);
      if (sum <= least) {
        due = {};
        continue;
      }
      for (size_t kind = 0; kind < kNumOpKinds; ++kind) {
        due[kind] = shares[x][kind] > 0 ? due[kind] + shares[x][kind] / sum : 0;
      }
      const auto most = std::max_element(due.begin(), due.end());
      *most -= 1;
      cells[x].kind = static_cast<int>(most - due.begin());
    }
  }

  std::vector<Cell> CellsOf(const Subject& subject, int rank) {
    const auto width = static_cast<size_t>(frame_.plot.width);
    const TickScale& scale = subject.pipeline.scale;
    const Shades shades(subject);
    // Time of each kind in each character, for ops that have none of their own.
    std::vector<std::array<double, kNumOpKinds>> shares(width);
    std::vector<Cell> cells(width);
    const auto begin = static_cast<size_t>(subject.order.rank_offsets[static_cast<size_t>(rank)]);
    const auto end = static_cast<size_t>(subject.order.rank_offsets[static_cast<size_t>(rank) + 1]);
    const double unit = (frame_.end - frame_.begin) / static_cast<double>(width);
    for (size_t i = begin; i < end; ++i) {
      const Op op = subject.order.ops[i];
      const double start = scale.ToUnits(subject.timeline.starts[i]);
      const double stop = scale.ToUnits(subject.timeline.ends[i]);
      if (stop <= frame_.begin || start >= frame_.end) continue;
      const auto from = static_cast<size_t>(frame_.X(start));
      const auto to = static_cast<size_t>(frame_.X(stop));
      if (stop - start < unit || to <= from) {
        const size_t at = std::min(width - 1, static_cast<size_t>((start - frame_.begin) / unit));
        shares[at][static_cast<size_t>(op.kind())] += stop - start;
        shared_ = true;
        continue;
      }
      const bool second_of_pair = op.fused() && op.kind() != OpKind::kForward;
      const size_t first = second_of_pair ? from + (to - from + 1) / 2 : from;
      const size_t last = op.fused() && !second_of_pair ? from + (to - from + 1) / 2 : to;
      for (size_t x = first; x < last; ++x) {
        cells[x].kind = static_cast<int>(op.kind());
        cells[x].pale = shades.Of(op) > kPalest / 2;
      }
      AddName(op, first, last, cells);
    }
    for (size_t x = 0; x < width; ++x) {
      if (cells[x].kind != kIdleIndex) shares[x] = {};
    }
    FillShares(shares, unit / 4, cells);
    MarkCritical(subject, rank, cells);
    return cells;
  }

  // "F12", or "12" where that does not fit, or nothing. One character stays a block,
  // which separates the name from the next.
  static void AddName(Op op, size_t first, size_t last, std::vector<Cell>& cells) {
    const std::string number = absl::StrCat(op.microbatch());
    const std::string full = absl::StrCat(std::string(1, OpLetter(op.kind())), number);
    const std::string name = full.size() <= last - first     ? full
                             : number.size() <= last - first ? number
                                                             : "";
    for (size_t i = 0; i < name.size(); ++i) cells[first + i].letter = name[i];
  }

  void MarkCritical(const Subject& subject, int rank, std::vector<Cell>& cells) const {
    if (!options_.critical_path) return;
    const TickScale& scale = subject.pipeline.scale;
    for (const int64_t index : subject.metrics.critical_path.ops) {
      const auto i = static_cast<size_t>(index);
      const Op op = subject.order.ops[i];
      if (subject.placement.RankOf(op.stage(), op.microbatch()) != rank) continue;
      const int from = frame_.X(scale.ToUnits(subject.timeline.starts[i]));
      const int to = frame_.X(scale.ToUnits(subject.timeline.ends[i]));
      for (int x = from; x < to; ++x) cells[static_cast<size_t>(x)].critical = true;
    }
  }

  void AddCells(const std::string& label, const std::vector<Cell>& cells) {
    std::string line = label;
    int hidden = 0;
    std::string style;
    for (const Cell& cell : cells) {
      const std::string wanted = style_.colour ? Escape(cell) : "";
      if (wanted != style) {
        absl::StrAppend(&line, wanted);
        hidden += static_cast<int>(wanted.size());
        style = wanted;
      }
      if (cell.letter != 0) {
        line += cell.letter;
      } else if (style_.colour && cell.kind != kIdleIndex) {
        line += ' ';
      } else {
        absl::StrAppend(&line, Block(cell.kind));
      }
    }
    if (!style.empty()) {
      line += "\x1b[0m";
      hidden += 4;
    }
    AddLine(line, hidden);
    if (options_.critical_path && !style_.colour) AddCriticalLine(cells);
  }

  // Without colours the critical path is a line of its own.
  void AddCriticalLine(const std::vector<Cell>& cells) {
    std::string line(static_cast<size_t>(label_width_), ' ');
    bool any = false;
    for (const Cell& cell : cells) {
      absl::StrAppend(&line, cell.critical ? (style_.ascii ? "^" : "▔") : " ");
      any = any || cell.critical;
    }
    if (!any) return;
    line.erase(line.find_last_not_of(' ') + 1);
    AddLine(line);
  }

  absl::string_view Block(int kind) const { return style_.ascii ? kAscii[kind] : kBlocks[kind]; }

  static std::string Escape(const Cell& cell) {
    const CellColour colour = (cell.pale ? kPaleColours : kColours)[cell.kind];
    const std::string line = cell.critical ? ";4;1" : "";
    if (colour.ground < 0) return absl::StrCat("\x1b[0", line, ";38;5;", colour.ink, "m");
    return absl::StrCat("\x1b[0", line, ";38;5;", colour.ink, ";48;5;", colour.ground, "m");
  }

  void AddAxis() {
    const int width = frame_.plot.width;
    std::string ticks(static_cast<size_t>(label_width_ + width), ' ');
    std::string times = ticks;
    const auto label_width = static_cast<size_t>(label_width_);
    // Marks as far apart as on a plot of 8 pixels a character.
    for (const double mark : AxisMarks(frame_.begin, frame_.end, width * 8)) {
      const size_t x = label_width + static_cast<size_t>(frame_.X(mark));
      if (x >= ticks.size()) ticks.resize(x + 1, ' ');
      ticks[x] = '|';
      const std::string text = FormatTime(mark);
      if (x + text.size() > static_cast<size_t>(style_.columns)) continue;
      if (times.size() < x + text.size()) times.resize(x + text.size(), ' ');
      times.replace(x, text.size(), text);
    }
    AddLine(ticks.substr(0, ticks.find_last_not_of(' ') + 1));
    AddLine(times.substr(0, times.find_last_not_of(' ') + 1));
  }

  void AddLegend() {
    OpTimes times;
    for (const Subject& subject : subjects_) {
      times.Add(FindOpTimes(subject.order, subject.timeline));
    }
    std::string line;
    int hidden = 0;
    int columns = 0;
    // Two characters of the kinds, then the name.
    const auto add = [&](int left, int right, absl::string_view name) {
      const int needed = static_cast<int>(name.size()) + 5;
      if (columns > 0 && columns + needed > style_.columns) {
        AddLine(line, hidden);
        line.clear();
        hidden = columns = 0;
      }
      if (columns > 0) line += "  ";
      for (const int kind : {left, right}) {
        const bool ground = style_.colour && kind != kIdleIndex;
        const std::string escape = ground ? Escape({kind, false, false, 0}) : "";
        const absl::string_view end = ground ? "\x1b[0m" : "";
        absl::StrAppend(&line, escape, ground ? " " : Block(kind), end);
        hidden += static_cast<int>(escape.size() + end.size());
      }
      absl::StrAppend(&line, " ", name);
      columns += needed;
    };
    AddLine("");
    for (const KindName& row : KindNames()) {
      const int kind = static_cast<int>(row.kind);
      if (times.Has(row.kind)) add(kind, kind, row.name);
    }
    if (!times.pairs.empty()) {
      add(static_cast<int>(OpKind::kForward), static_cast<int>(OpKind::kBackward),
          "overlapped pair (F, then B)");
    }
    add(kIdleIndex, kIdleIndex, "idle");
    AddLine(line, hidden);
    if (shared_) AddWrapped({"in turns: ops too short to draw, by share of time"});
    if (options_.critical_path) {
      AddLine(style_.colour  ? "underlined: critical path"
              : style_.ascii ? "^ critical path"
                             : "▔ critical path");
    }
  }

  void AddTable() {
    ComparisonRows table = ComparisonTable(subjects_);
    const auto widths_of = [](const ComparisonRows& rows) {
      std::vector<size_t> widths(rows[0].size());
      for (const auto& row : rows) {
        for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
      }
      return widths;
    };
    FitTable(table, [&](const ComparisonRows& rows) {
      size_t width = 0;
      for (const size_t column : widths_of(rows)) width += column + 2;
      return width - 2 <= static_cast<size_t>(style_.columns);
    });
    const std::vector<size_t> widths = widths_of(table);
    for (const auto& row : table) {
      std::string line;
      for (size_t i = 0; i < row.size(); ++i) {
        const int cell_width = static_cast<int>(widths[i]);
        const std::string cell = i == 0 ? absl::StrFormat("%-*s", cell_width, row[i])
                                        : absl::StrFormat("%*s", cell_width, row[i]);
        absl::StrAppend(&line, i == 0 ? "" : "  ", cell);
      }
      AddLine(line);
    }
  }

  const absl::Span<const Subject> subjects_;
  const PictureOptions& options_;
  const TextStyle& style_;
  Frame frame_;
  int label_width_ = 0;
  bool shared_ = false;  // whether characters stand for several ops
  TextPicture picture_;
};

}  // namespace

absl::StatusOr<TextPicture> DrawText(absl::Span<const Subject> subjects,
                                     const PictureOptions& options, const TextStyle& style,
                                     Cancelled cancelled) {
  return TextDrawer(subjects, options, style).Draw(cancelled);
}

}  // namespace pipesched
