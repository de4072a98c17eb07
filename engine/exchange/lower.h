#ifndef PIPESCHED_ENGINE_EXCHANGE_LOWER_H_
#define PIPESCHED_ENGINE_EXCHANGE_LOWER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/exchange/action.h"
#include "engine/model/cancel.h"
#include "engine/model/placement.h"

namespace pipesched {

// Lowering gives a program, of ops and FSDP actions, the SEND and RECV of each
// activation and gradient that goes to another rank.
//
// For all of these: every (stage, microbatch) of the placement below `num_microbatches`
// has its ops, each on its rank and once. They return FAILED_PRECONDITION if the program
// cannot run, and CANCELLED if `cancelled` said so.

// As PyTorch's runtime does. It goes round the ranks again and again, and each visit takes
// one action, a fused pair counting as one: if its inputs are there (its rank or another
// has taken the op that makes them), it is appended to its rank's list, the SEND of what it
// makes right after it, and the RECV at once to the end of the other rank's list.
absl::StatusOr<Program> LowerEager(const Placement& placement, int num_microbatches,
                                   const Program& program, Cancelled cancelled = NeverCancelled);

// One sequence of transfers for all ranks: by the end of the op that makes the data, ties
// by stage, microbatch, direction (as far as ops of no time let them). Each rank does its
// transfers in that sequence, so that none waits for another in a circle, whatever the
// transport; a RECV otherwise comes as late as it can, a SEND right after its op.
//
// `ends` are the ends of the ops, in ticks, in the sequence in which the program has them.
absl::StatusOr<Program> LowerSafe(const Placement& placement, int num_microbatches,
                                  const Program& program, absl::Span<const int64_t> ends,
                                  Cancelled cancelled = NeverCancelled);

// The same for a program that has its SENDs, where they are (and no RECVs).
absl::StatusOr<Program> PlaceReceives(const Placement& placement, int num_microbatches,
                                      const Program& program, absl::Span<const int64_t> ends,
                                      Cancelled cancelled = NeverCancelled);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_LOWER_H_
