#ifndef PIPESCHED_ENGINE_MODEL_SLICES_H_
#define PIPESCHED_ENGINE_MODEL_SLICES_H_

#include "engine/model/pipeline.h"

namespace pipesched {

// The pipeline of a machine whose P slices of the model are each split into
// `chunks_per_rank` consecutive stages of equal times and bytes; what does not divide
// evenly goes to the first. `machine` has V = 1. With more than one chunk its boundaries
// all have the same p2p time, which the new ones have too.
Pipeline SplitSlices(const Pipeline& machine, int chunks_per_rank);

// Whether all boundaries have the same p2p time in both directions.
bool HasUniformP2p(const Pipeline& pipeline);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_SLICES_H_
