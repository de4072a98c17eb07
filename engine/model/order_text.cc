#include "engine/model/order_text.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "engine/model/take_number.h"

namespace pipesched {
namespace {

constexpr size_t kPartSize = size_t{16} << 10;

// Whether reading is to stop is asked each time it got this much further.
constexpr size_t kLookEvery = size_t{64} << 10;

// Longest op text: two numbers of 10 digits, the letter, "(", ";", ")" and " ".
constexpr size_t kMaxOpText = 24;

// The text of a stage, kept from one op to the next.
struct StageText {
  int stage = -1;
  size_t size = 0;
  char text[10] = {};
};

// Writes an op at `out`, where there is space for kMaxOpText; returns its end.
char* WriteOp(Op op, StageText& stage, char* out) {
  if (op.stage() != stage.stage) {
    stage.stage = op.stage();
    stage.size = static_cast<size_t>(
        std::to_chars(stage.text, stage.text + sizeof stage.text, op.stage()).ptr - stage.text);
  }
  std::memcpy(out, stage.text, sizeof stage.text);
  out += stage.size;
  *out++ = OpLetter(op.kind());
  return std::to_chars(out, out + 10, op.microbatch()).ptr;
}

// Takes an op's text from the front of `text`, or nothing.
std::optional<Op> TakeOp(absl::string_view& text, bool fused) {
  const int stage = TakeNumber(text, kMaxStages);
  if (stage < 0 || text.empty()) return std::nullopt;
  OpKind kind;
  switch (text[0]) {
    case 'F': kind = OpKind::kForward; break;
    case 'B': kind = OpKind::kBackward; break;
    case 'I': kind = OpKind::kBackwardInput; break;
    case 'W': kind = OpKind::kBackwardWeight; break;
    default: return std::nullopt;
  }
  text.remove_prefix(1);
  const int microbatch = TakeNumber(text, kMaxMicrobatches);
  if (microbatch < 0) return std::nullopt;
  return Op(kind, stage, microbatch, fused);
}

bool TakeChar(absl::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Takes an op, or a fused pair's two ops, from the front of `text`.
bool TakeOps(absl::string_view& text, Column<Op>& ops) {
  const bool fused = TakeChar(text, '(');
  const std::optional<Op> first = TakeOp(text, fused);
  if (!first) return false;
  ops.push_back(*first);
  if (!fused) return true;
  if (first->kind() != OpKind::kForward || !TakeChar(text, ';')) return false;
  const std::optional<Op> second = TakeOp(text, fused);
  if (!second || second->kind() != OpKind::kBackward || !TakeChar(text, ')')) return false;
  ops.push_back(*second);
  return true;
}

absl::Status ParseError(absl::string_view text, absl::string_view rest) {
  const absl::string_view before = text.substr(0, text.size() - rest.size());
  size_t line = 1;
  for (const char c : before) line += c == '\n' ? 1 : 0;
  const size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  const absl::string_view found =
      rest.substr(0, std::min(rest.find_first_of(" \n"), size_t{kMaxOpText}));
  return absl::InvalidArgumentError(absl::StrCat(
      "line ", line, ", column ", before.size() - line_start + 1, ": \"",
      absl::Utf8SafeCHexEscape(found),
      "\" is not an op, want [stage][F|B|I|W][microbatch] or (pair), one space between ops, a "
      "line feed after each rank"));
}

}  // namespace

bool WriteOrder(const Order& order, absl::FunctionRef<bool(absl::string_view part)> sink) {
  char begin[kPartSize + kMaxOpText];
  char* const full = begin + kPartSize;
  char* out = begin;
  StageText stage;  // Most ops have the stage of the one before them.
  for (int r = 0; r < order.num_ranks(); ++r) {
    bool inside_pair = false;
    bool first = true;
    for (const Op op : order.rank(r)) {
      if (out >= full) {
        if (!sink(absl::string_view(begin, static_cast<size_t>(out - begin)))) return false;
        out = begin;
      }
      if (!inside_pair && !first) *out++ = ' ';
      first = false;
      if (op.fused() && !inside_pair) *out++ = '(';
      out = WriteOp(op, stage, out);
      if (op.fused()) {
        inside_pair = !inside_pair;
        *out++ = inside_pair ? ';' : ')';
      }
    }
    *out++ = '\n';
    if (out >= full) {
      if (!sink(absl::string_view(begin, static_cast<size_t>(out - begin)))) return false;
      out = begin;
    }
  }
  return sink(absl::string_view(begin, static_cast<size_t>(out - begin)));
}

std::string FormatOrder(const Order& order) {
  std::string text;
  WriteOrder(order, [&text](absl::string_view part) {
    text.append(part.data(), part.size());
    return true;
  });
  return text;
}

std::string FormatOp(Op op) {
  char buffer[kMaxOpText];
  StageText stage;
  return std::string(buffer, WriteOp(op, stage, buffer));
}

absl::StatusOr<Order> ParseOrder(absl::string_view text, Cancelled cancelled) {
  Order order;
  absl::string_view rest = text;
  size_t next_look = text.size();  // once no more than this is left
  while (!rest.empty()) {
    if (!TakeChar(rest, '\n')) {
      do {
        if (rest.size() <= next_look) {
          if (cancelled()) return absl::CancelledError("cancelled while reading an order");
          next_look = rest.size() - std::min(rest.size(), kLookEvery);
        }
        const absl::string_view op_text = rest;
        if (!TakeOps(rest, order.ops)) return ParseError(text, op_text);
      } while (TakeChar(rest, ' '));
      if (!rest.empty() && !TakeChar(rest, '\n')) return ParseError(text, rest);
    }
    order.EndRank();
  }
  return order;
}

}  // namespace pipesched
