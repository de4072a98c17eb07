#include "daemon/convert/machine.h"

#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/convert/pipeline.h"
#include "daemon/convert/schedule.h"

namespace pipesched {

Pipeline ConvertMachine(const v1::Pipeline* request, int chunks, const Limits& limits,
                        Violations& violations) {
  Pipeline no_sizes;
  no_sizes.shape = {0, 0, 0};
  if (request == nullptr) {
    violations.Add("pipeline", "unset, want a pipeline");
    return no_sizes;
  }
  if (request->chunks_per_rank() > 1) {
    violations.Add("pipeline.chunks_per_rank",
                   absl::StrCat(request->chunks_per_rank(),
                                ": num_stages is the number of ranks here, want it unset or 1"));
    return no_sizes;
  }
  const std::optional<PipelineShape> shape =
      ConvertShape(*request, std::nullopt, limits, violations);
  std::optional<Pipeline> pipeline = ConvertPipeline(*request, shape, violations);
  RefuseUnknownFields(*request, "pipeline", violations);
  for (const v1::StageCost& cost : request->stage_costs()) {
    RefuseUnknownFields(cost, "pipeline.stage_costs", violations);
  }
  if (!pipeline) {
    Pipeline sizes;
    sizes.shape = shape.value_or(no_sizes.shape);
    return sizes;
  }
  // A pipeline's times add up to less than 2^62 ticks; those of more boundaries may not.
  const double boundaries = static_cast<double>(shape->num_stages()) * chunks;
  const double most = std::ldexp(1, 61);
  for (const auto* times : {&pipeline->p2p_forward, &pipeline->p2p_backward}) {
    if (chunks == 1 || times->empty()) continue;
    const double sum = static_cast<double>((*times)[0]) * boundaries * shape->num_microbatches;
    if (sum <= most) continue;
    violations.Add("pipeline.p2p_time",
                   absl::StrCat(request->p2p_time(), ": too long to count for ", chunks,
                                " stages a rank, want a smaller unit of time"));
    return {};
  }
  return *std::move(pipeline);
}

}  // namespace pipesched
