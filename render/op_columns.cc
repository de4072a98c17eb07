#include "render/op_columns.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "engine/model/op.h"

namespace pipesched {
namespace {

void AppendNumber(uint64_t number, std::string& bytes) {
  for (; number >= 128; number >>= 7) bytes.push_back(static_cast<char>(number | 128));
  bytes.push_back(static_cast<char>(number));
}

// 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
void AppendSigned(int64_t number, std::string& bytes) {
  AppendNumber(static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63), bytes);
}

}  // namespace

int64_t CommonStep(const Timeline& timeline, absl::Span<const int64_t> others) {
  int64_t step = 0;
  for (const int64_t ticks : others) step = std::gcd(step, ticks);
  for (size_t i = 0; i < timeline.starts.size() && step != 1; ++i) {
    step = std::gcd(std::gcd(step, timeline.starts[i]), timeline.ends[i]);
  }
  return std::max(step, int64_t{1});
}

void AppendOps(const Order& order, const Timeline& timeline, int rank, int64_t step,
               std::string& bytes) {
  const auto begin = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(rank)]);
  const auto end = static_cast<size_t>(order.rank_offsets[static_cast<size_t>(rank) + 1]);
  int microbatch = 0;
  int64_t free = 0;  // end of the op before
  for (size_t i = begin; i < end; ++i) {
    const Op op = order.ops[i];
    const bool second = op.fused() && op.kind() != OpKind::kForward;
    AppendNumber(static_cast<uint64_t>(op.stage()) << 3 | static_cast<uint64_t>(op.fused()) << 2 |
                     static_cast<uint64_t>(op.kind()),
                 bytes);
    AppendSigned(op.microbatch() - microbatch, bytes);
    microbatch = op.microbatch();
    if (second) continue;
    AppendNumber(static_cast<uint64_t>((timeline.starts[i] - free) / step), bytes);
    AppendNumber(static_cast<uint64_t>((timeline.ends[i] - timeline.starts[i]) / step), bytes);
    free = timeline.ends[i];
  }
}

std::string EncodeIndices(absl::Span<const int64_t> indices) {
  std::string bytes;
  int64_t before = 0;
  for (const int64_t index : indices) {
    AppendSigned(index - before, bytes);
    before = index;
  }
  return bytes;
}

}  // namespace pipesched
