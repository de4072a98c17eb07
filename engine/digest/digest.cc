#include "engine/digest/digest.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/order_text.h"

namespace pipesched {
namespace {

// Names the walk below: changes with it.
constexpr absl::string_view kWalkName = "pipesched plan 1";

class CanonicalWriter {
 public:
  CanonicalWriter() { buffer_.reserve(kFlushSize + sizeof(int64_t)); }

  void Add(int64_t value) {
    char bytes[8];
    for (size_t i = 0; i < sizeof bytes; ++i) {
      bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xff);
    }
    buffer_.append(bytes, sizeof bytes);
    if (buffer_.size() >= kFlushSize) Flush();
  }

  void Add(absl::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    buffer_.append(text.data(), text.size());
  }

  void Add(const std::vector<int64_t>& values) {
    Add(static_cast<int64_t>(values.size()));
    for (const int64_t value : values) Add(value);
  }

  void Add(const StageCost& cost) {
    Add(cost.forward);
    Add(cost.backward);
    Add(cost.backward_input);
    Add(cost.backward_weight);
    Add(cost.overlapped_pair.value_or(-1));
    Add(cost.activation_bytes);
    Add(cost.weight_grad_bytes);
    Add(cost.static_bytes);
  }

  void Add(const Sha256Digest& digest) {
    Add(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  }

  Sha256Digest Finish() {
    Flush();
    return hash_.Finish();
  }

 private:
  static constexpr size_t kFlushSize = size_t{1} << 14;

  void Flush() {
    hash_.Add(buffer_);
    buffer_.clear();
  }

  Sha256 hash_;
  std::string buffer_;
};

}  // namespace

absl::StatusOr<Sha256Digest> DigestOrder(const Order& order, Cancelled cancelled) {
  Sha256 hash;
  const bool whole = WriteOrder(order, [&](absl::string_view part) {
    hash.Add(part);
    return !cancelled();
  });
  if (!whole) return absl::CancelledError("cancelled while hashing the order");
  return hash.Finish();
}

Sha256Digest DigestPlan(const Pipeline& pipeline, absl::string_view schedule, int algorithm_version,
                        const Sha256Digest& order_digest) {
  CanonicalWriter writer;
  writer.Add(kWalkName);
  writer.Add(int64_t{algorithm_version});
  writer.Add(schedule);
  writer.Add(int64_t{pipeline.shape.num_ranks});
  writer.Add(int64_t{pipeline.shape.chunks_per_rank});
  writer.Add(int64_t{pipeline.shape.num_microbatches});
  writer.Add(int64_t{pipeline.scale.exponent()});
  writer.Add(static_cast<int64_t>(pipeline.stages.size()));
  for (const StageCost& cost : pipeline.stages) writer.Add(cost);
  writer.Add(pipeline.p2p_forward);
  writer.Add(pipeline.p2p_backward);
  writer.Add(pipeline.memory_limit_bytes);
  writer.Add(order_digest);
  return writer.Finish();
}

}  // namespace pipesched
