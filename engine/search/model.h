#ifndef PIPESCHED_ENGINE_SEARCH_MODEL_H_
#define PIPESCHED_ENGINE_SEARCH_MODEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

namespace pipesched {

// What a search minimizes.
enum class SearchObjective {
  kMakespan,
  kLongestRankSpan,           // every op as early as possible
  kLongestRankSpanFreeStart,  // ranks may start their first op late
};

// What a rank runs, without microbatches: of each stage and kind of op they go up, which
// is enough since microbatches are identical. A token is 3 * chunk + kind, where chunk
// counts the stages of the rank in forward order and kind is a SearchOp.
using Token = uint8_t;
enum SearchOp : uint8_t { kSearchForward, kSearchBackward, kSearchWeight };
inline constexpr int kSearchKinds = 3;
using Sequence = std::vector<Token>;          // of one rank
using Sequences = std::vector<Sequence>;      // of all ranks
inline constexpr int kMostSearchChunks = 64;  // that a token holds
inline constexpr size_t kMostTokens = size_t{kSearchKinds} * kMostSearchChunks;

// A pipeline as the search sees it: one replica, all backwards split or none, flat
// arrays. Without a split kSearchBackward is the full backward and no op is kSearchWeight.
struct SearchModel {
  int num_ranks = 0;
  int num_stages = 0;
  int num_microbatches = 0;
  bool split = false;

  std::vector<std::vector<int>> stages_of;  // of each rank, in forward order
  std::vector<int> rank_of;                 // of each stage

  // Of each stage. Times in ticks; bytes taken when F starts, freed when the others end.
  std::vector<std::array<int64_t, kSearchKinds>> time;
  std::vector<std::array<int64_t, kSearchKinds>> bytes;
  std::vector<int64_t> forward_delay;   // from the stage before
  std::vector<int64_t> backward_delay;  // from the stage after

  // Of each rank: bytes for activations, or the largest int64 where there is no limit.
  std::vector<int64_t> capacity;

  int kinds() const { return split ? 3 : 2; }
  size_t OpsOf(int rank) const {
    return stages_of[static_cast<size_t>(rank)].size() * static_cast<size_t>(kinds()) *
           static_cast<size_t>(num_microbatches);
  }
  // Of the output of an F or backward, in tables of all of them.
  size_t OutputId(int stage, int microbatch, int kind) const {
    return (static_cast<size_t>(stage) * static_cast<size_t>(num_microbatches) +
            static_cast<size_t>(microbatch)) *
               2 +
           static_cast<size_t>(kind);
  }
  int StageOf(int rank, Token token) const {
    return stages_of[static_cast<size_t>(rank)][token / kSearchKinds];
  }
};

// One replica, at most kMostSearchChunks stages a rank.
SearchModel MakeSearchModel(const Pipeline& pipeline, const Placement& placement, bool split);

// Whether a rank's tokens are whole, run what they need before, and stay within its
// capacity at any moment.
bool IsLegal(const SearchModel& model, int rank, const Sequence& sequence);

// The order of the tokens.
Order ToOrder(const SearchModel& model, const Sequences& sequences);

// The tokens of an order of the same placement; a B counts as I and W where the model
// splits. Fused pairs are taken apart. Nothing if the order splits and the model does not.
std::optional<Sequences> ToSequences(const SearchModel& model, const Order& order);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_MODEL_H_
