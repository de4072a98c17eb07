#ifndef PIPESCHED_TESTS_SUPPORT_PIPELINES_H_
#define PIPESCHED_TESTS_SUPPORT_PIPELINES_H_

#include <cstdint>
#include <random>
#include <vector>

#include "engine/model/order.h"
#include "engine/model/pipeline.h"
#include "engine/model/placement.h"

// Pipelines for tests. One unit is one tick here unless a test says otherwise.

namespace pipesched {

// P ranks of one stage each, all alike: F, B (I and W half of it each) and p2p
// times in ticks.
Pipeline UniformPipeline(int num_ranks, int num_microbatches, int64_t forward, int64_t backward,
                         int64_t p2p = 0);

// P ranks with V stages each; every stage has its own random times (forward in
// [1, 9], the others in [0, 9], a fused pair in half of the stages) and bytes in
// [0, 99], every boundary its own times in [0, 4].
Pipeline RandomPipeline(int num_ranks, int chunks_per_rank, int num_microbatches,
                        std::mt19937& random);

// Stage s on rank s mod P.
Placement RoundRobin(const PipelineShape& shape);

// A random order that runs every F and every backward (B, or I and W) of a
// pipeline once on its rank, in an order that cannot deadlock. With `with_pairs`
// some neighbouring F and B of different microbatches are fused.
Order RandomOrder(const Placement& placement, int num_microbatches, bool with_pairs,
                  std::mt19937& random);

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_PIPELINES_H_
