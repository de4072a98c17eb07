#ifndef PIPESCHED_ENGINE_EXCHANGE_VALIDATE_H_
#define PIPESCHED_ENGINE_EXCHANGE_VALIDATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/exchange/action.h"
#include "engine/model/cancel.h"
#include "engine/model/placement.h"

namespace pipesched {

// How transfers run.
enum class Transport {
  // Both sides are posted and never block; an op waits for the data that it needs.
  kAsync,
  // One channel, first in first out, for each (source rank, destination rank): a transfer
  // is done when both of its sides are posted and everything before them on their channel
  // is done. Posting does not block the rank.
  kPerEdgeFifo,
  // The same with one channel for both directions of a pair of ranks.
  kPerPairFifo,
  // A rank waits at each SEND and RECV until the other rank reaches the other side.
  kRendezvous,
};

// The rule that a finding breaks.
enum class Rule {
  kOutOfRange,         // a stage or microbatch that the pipeline does not have
  kMissing,            // no rank runs an op of a (stage, microbatch)
  kDuplicate,          // an action is there twice, or a B beside an I or W
  kStageOnTwoRanks,    // an action is on another rank than its stage
  kOutOfOrder,         // a backward before its F, a W before its I, a SEND before its op
  kUnmatchedTransfer,  // a SEND without its RECV, or one that nothing needs
  kCycle,              // ops of several ranks wait for each other
  kDeadlock,           // actions wait for each other under the transport
};
inline constexpr int kNumRules = 8;

struct Finding {
  Rule rule;
  int rank = -1;       // -1: of no rank
  int64_t index = -1;  // of the action in its rank's list, from 0, a pair counting 2; -1: not there
  std::string action;  // "0SEND_F1"
  std::string message;  // what is wrong with it
};

// What is wrong with a program. Of very many findings the first kMostFindings.
struct Validation {
  static constexpr size_t kMostFindings = 1000;

  std::vector<Finding> findings;
  int64_t num_findings = 0;
  bool has_transfers = false;  // else the transport does not matter

  bool is_safe() const { return num_findings == 0; }
};

// Checks that every (stage, microbatch) has one F, and one B or one I and one W, each on its
// rank and behind what it needs there; that the ops of the ranks do not wait for each
// other in a circle; and, where the program has transfers, that each thing that goes to
// another rank has a SEND and a RECV, and that all of them can run under the transport.
// Where the ranks wait for each other a finding names one circle of them, none of which
// can be left out.
//
// Takes time and memory in proportion to the number of actions. Every action outside the
// placement or `num_microbatches` is a finding. Returns CANCELLED if `cancelled` said so.
absl::StatusOr<Validation> Validate(const Placement& placement, int num_microbatches,
                                    const Program& program, Transport transport,
                                    Cancelled cancelled = NeverCancelled);

// Where a program puts its stages: each on the first rank that has an op of it, else an
// action. `num_stages` >= 1.
Placement PlacementByFirstUse(const Program& program, int num_stages);

// "OUT_OF_RANGE", "DEADLOCK".
absl::string_view RuleName(Rule rule);
// "per_pair_fifo".
absl::string_view TransportName(Transport transport);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_VALIDATE_H_
