#include "engine/exchange/pytorch_csv.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/model/take_number.h"

namespace pipesched {
namespace {

constexpr absl::string_view kPairSuffix = ")OVERLAP_F_B";

// Whether reading is to stop is asked once in this many cells.
constexpr int64_t kCellsALook = 8192;

constexpr size_t kPartSize = size_t{16} << 10;
// Longest cell and its comma: a pair of two numbers each of 10 digits.
constexpr size_t kMaxCell = 64;

// Longest part of a wrong cell that an error quotes.
constexpr size_t kMostQuoted = 40;

struct Token {
  absl::string_view name;
  ActionKind kind;
};
constexpr Token kTokens[] = {
    {"F", ActionKind::kForward},
    {"B", ActionKind::kBackward},
    {"I", ActionKind::kBackwardInput},
    {"W", ActionKind::kBackwardWeight},
    {"SEND_F", ActionKind::kSendForward},
    {"RECV_F", ActionKind::kReceiveForward},
    {"SEND_B", ActionKind::kSendBackward},
    {"RECV_B", ActionKind::kReceiveBackward},
    {"UNSHARD", ActionKind::kUnshard},
    {"RESHARD", ActionKind::kReshard},
    {"REDUCE_GRAD", ActionKind::kReduceGrad},
};

// The name of a kind in a dialect, and back.
absl::string_view NameOf(ActionKind kind, CsvDialect dialect) {
  if (dialect == CsvDialect::kPyTorchLegacy) {
    if (kind == ActionKind::kBackward) return "BW";
    if (kind == ActionKind::kBackwardInput) return "B";
  }
  return ActionName(kind);
}

std::optional<ActionKind> KindOf(absl::string_view name, CsvDialect dialect) {
  if (dialect == CsvDialect::kPyTorchLegacy) {
    if (name == "BW") return ActionKind::kBackward;
    if (name == "B") return ActionKind::kBackwardInput;
    if (name == "I") return std::nullopt;
  }
  for (const Token& token : kTokens) {
    if (token.name == name) return token.kind;
  }
  return std::nullopt;
}

// The action that the whole of `text` is.
std::optional<Action> ReadAction(absl::string_view text, CsvDialect dialect, bool fused) {
  const int stage = TakeNumber(text, kMaxStages);
  if (stage < 0) return std::nullopt;
  const size_t name_size = std::min(text.find_first_of("0123456789"), text.size());
  const std::optional<ActionKind> kind = KindOf(text.substr(0, name_size), dialect);
  if (!kind) return std::nullopt;
  text.remove_prefix(name_size);
  if (text.empty() && IsFsdp(*kind)) return Action(*kind, stage, Action::kNoMicrobatch);
  const int microbatch = TakeNumber(text, kMaxMicrobatches);
  if (microbatch < 0 || !text.empty()) return std::nullopt;
  return Action(*kind, stage, microbatch, fused);
}

bool ReadPair(absl::string_view text, CsvDialect dialect, Column<Action>& actions) {
  if (!absl::ConsumePrefix(&text, "(") || !absl::ConsumeSuffix(&text, kPairSuffix)) return false;
  const size_t middle = text.find(';');
  if (middle == absl::string_view::npos) return false;
  const auto first = ReadAction(text.substr(0, middle), dialect, /*fused=*/true);
  const auto second = ReadAction(text.substr(middle + 1), dialect, /*fused=*/true);
  if (!first || first->kind() != ActionKind::kForward || !second ||
      second->kind() != ActionKind::kBackward) {
    return false;
  }
  actions.push_back(*first);
  actions.push_back(*second);
  return true;
}

bool ReadCell(absl::string_view cell, CsvDialect dialect, Column<Action>& actions) {
  if (cell[0] == '(') return ReadPair(cell, dialect, actions);
  const std::optional<Action> action = ReadAction(cell, dialect, /*fused=*/false);
  if (!action) return false;
  actions.push_back(*action);
  return true;
}

absl::Status WrongCell(int64_t row, int64_t column, absl::string_view cell, CsvDialect dialect) {
  const bool legacy = dialect == CsvDialect::kPyTorchLegacy;
  Column<Action> ignored;
  const CsvDialect other = legacy ? CsvDialect::kPyTorch : CsvDialect::kPyTorchLegacy;
  const bool is_other = ReadCell(cell, other, ignored);
  return absl::InvalidArgumentError(absl::StrCat(
      "row ", row, ", column ", column, ": \"", absl::CHexEscape(cell.substr(0, kMostQuoted)),
      cell.size() > kMostQuoted ? "..." : "", "\", want [stage][F|", legacy ? "BW|B" : "B|I",
      "|W|SEND_F|RECV_F|SEND_B|RECV_B][microbatch], [stage][UNSHARD|RESHARD|REDUCE_GRAD], a pair ",
      legacy ? "(0F1;1BW0)" : "(0F1;1B0)", "OVERLAP_F_B, or nothing",
      is_other ? absl::StrCat(" (it is of the dialect ", legacy ? "pytorch" : "pytorch-legacy", ")")
               : ""));
}

char* Append(absl::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// Writes an action where there is space for it; returns its end.
char* WriteAction(Action action, CsvDialect dialect, char* out) {
  out = std::to_chars(out, out + 10, action.stage()).ptr;
  out = Append(NameOf(action.kind(), dialect), out);
  if (action.microbatch() == Action::kNoMicrobatch) return out;
  return std::to_chars(out, out + 10, action.microbatch()).ptr;
}

}  // namespace

absl::StatusOr<Program> ReadPyTorchCsv(absl::string_view text, CsvDialect dialect,
                                       const CsvLimits& limits, Cancelled cancelled) {
  Program program;
  int64_t cells = 0;
  while (!text.empty()) {
    const int64_t row = program.num_ranks() + 1;
    if (row > limits.max_rows) {
      return absl::InvalidArgumentError(
          absl::StrCat("row ", row, ": want at most ", limits.max_rows, " rows, one a rank"));
    }
    const size_t line_size = std::min(text.find('\n'), text.size());
    absl::string_view line = text.substr(0, line_size);
    text.remove_prefix(std::min(line_size + 1, text.size()));
    absl::ConsumeSuffix(&line, "\r");
    for (int64_t column = 1;; ++column) {
      if (++cells > limits.max_cells) {
        return absl::InvalidArgumentError(absl::StrCat("row ", row, ", column ", column,
                                                       ": want at most ", limits.max_cells,
                                                       " cells in all"));
      }
      if (cells % kCellsALook == 1 && cancelled()) {
        return absl::CancelledError("cancelled while reading a file");
      }
      const size_t size = std::min(line.find(','), line.size());
      const absl::string_view cell = line.substr(0, size);
      if (!cell.empty() && !ReadCell(cell, dialect, program.actions)) {
        return WrongCell(row, column, cell, dialect);
      }
      if (size == line.size()) break;
      line.remove_prefix(size + 1);
    }
    program.EndRank();
  }
  return program;
}

bool WritePyTorchCsv(const Program& program, CsvDialect dialect,
                     absl::FunctionRef<bool(absl::string_view part)> sink) {
  char begin[kPartSize + 2 * kMaxCell];
  char* const full = begin + kPartSize;
  char* out = begin;
  const auto flush = [&] {
    const absl::string_view part(begin, static_cast<size_t>(out - begin));
    out = begin;
    return sink(part);
  };
  for (int r = 0; r < program.num_ranks(); ++r) {
    bool inside_pair = false;
    bool first = true;
    for (const Action action : program.rank(r)) {
      if (out >= full && !flush()) return false;
      if (!first && !inside_pair) *out++ = ',';
      first = false;
      if (action.fused() && !inside_pair) *out++ = '(';
      out = WriteAction(action, dialect, out);
      if (!action.fused()) continue;
      inside_pair = !inside_pair;
      out = Append(inside_pair ? absl::string_view(";") : kPairSuffix, out);
    }
    *out++ = '\n';
    if (out >= full && !flush()) return false;
  }
  return flush();
}

std::string FormatPyTorchCsv(const Program& program, CsvDialect dialect) {
  std::string text;
  WritePyTorchCsv(program, dialect, [&text](absl::string_view part) {
    text.append(part.data(), part.size());
    return true;
  });
  return text;
}

}  // namespace pipesched
