// How soon work stops (docs/guarantees.md): the longest time between two looks at
// whether a call is cancelled, for the heaviest plans inside the default limits, and
// where in the work that was, in looks. Prints a line a plan.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "daemon/handlers.h"
#include "daemon/limits.h"
#include "daemon/plan.h"
#include "engine/model/order_text.h"
#include "engine/order/one_f_one_b.h"
#include "engine/order/registry.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/plan_inputs.h"

namespace pipesched {
namespace {

// The largest legal shape of about `ranks` ranks whose ops are within the limit.
PipelineShape LargestShape(const ScheduleKind& kind, int ranks) {
  PipelineShape shape{.num_ranks = ranks, .chunks_per_rank = 1, .num_microbatches = 4 * ranks};
  while (shape.chunks_per_rank < 64 && !kind.check(shape, {}).empty()) ++shape.chunks_per_rank;
  // Few ranks: as many chunks as it takes for as many ops as there may be.
  if (kind.placement == PlacementKind::kRoundRobin || kind.placement == PlacementKind::kWave) {
    while (ranks * shape.chunks_per_rank < 8) shape.chunks_per_rank += 2;
  }
  const Limits limits;
  const int most = limits.max_ops / kind.ops_per_microbatch / shape.num_stages();
  shape.num_microbatches = std::min(most, limits.max_microbatches);
  while (shape.num_microbatches > 0 && !kind.check(shape, {}).empty()) --shape.num_microbatches;
  return shape;
}

// Takes the time between looks.
class Looks {
 public:
  bool operator()() {
    const absl::Time now = absl::Now();
    if (now - last_ > longest_) {
      longest_ = now - last_;
      longest_at_ = now - start_;
    }
    last_ = now;
    ++count_;
    return false;
  }

  // The work is done; what it used is not freed yet.
  void Print(const std::string& what) {
    (*this)();
    std::printf("%-72s %8.1f ms, %6d looks, longest gap %5.1f ms, ended at %7.1f ms", what.c_str(),
                absl::ToDoubleMilliseconds(last_ - start_), count_,
                absl::ToDoubleMilliseconds(longest_), absl::ToDoubleMilliseconds(longest_at_));
  }

  // And now it is.
  void PrintFreeing() const {
    std::printf("; freeing %5.1f ms\n", absl::ToDoubleMilliseconds(absl::Now() - last_));
    std::fflush(stdout);
  }

 private:
  const absl::Time start_ = absl::Now();
  absl::Time last_ = start_;
  absl::Duration longest_;
  absl::Duration longest_at_;
  int count_ = 0;
};

void Measure(const ScheduleKind& kind, int ranks) {
  const PipelineShape shape = LargestShape(kind, ranks);
  if (shape.num_microbatches == 0) return;
  PlanInput input = UnitInput(kind, shape);
  Looks looks;
  {
    const auto plan = ComputePlan(std::move(input), std::ref(looks));
    if (!plan.ok()) {
      std::printf("%s\n", plan.status().ToString().c_str());
      return;
    }
    looks.Print(
        absl::StrFormat("%-26s %5d ranks %2d chunks %7d microbatches:", std::string(kind.name),
                        shape.num_ranks, shape.chunks_per_rank, shape.num_microbatches));
  }
  looks.PrintFreeing();
}

// The largest order that a caller may give: reading it, and its key.
void MeasureGivenOrder(int ranks, bool as_csv) {
  const Limits limits;
  v1::ComputeScheduleRequest request;
  v1::Schedule& schedule = *request.mutable_schedule();
  schedule.set_kind(v1::SCHEDULE_KIND_CUSTOM);
  std::string order;
  for (int microbatches = std::min(1 << 20, (2 << 20) / ranks);; microbatches -= 1024) {
    order = FormatOrder(Make1F1BOrder({ranks, 1, microbatches}, {}));
    if (as_csv) {
      order = absl::StrReplaceAll(order, {{" ", ",0RESHARD,"}});
      schedule.mutable_fsdp_times()->set_reshard(1);
    }
    if (order.size() > static_cast<size_t>(limits.max_order_text_bytes)) continue;
    request.mutable_pipeline()->set_num_microbatches(microbatches);
    break;
  }
  request.mutable_pipeline()->set_num_stages(ranks);
  as_csv ? schedule.set_pytorch_csv(order) : schedule.set_order(order);
  Looks looks;
  {
    const auto query = Prepare(request, limits, std::ref(looks));
    if (!query.ok() || !PlanKey(query->input, std::ref(looks)).ok()) {
      std::printf("%s\n", query.status().ToString().c_str());
      return;
    }
    looks.Print(absl::StrFormat("reading %d MB of %s, %d ranks, %d ops:", order.size() >> 20,
                                as_csv ? "CSV" : "order text", ranks,
                                query->input.given->order.num_ops()));
  }
  looks.PrintFreeing();
}

}  // namespace
}  // namespace pipesched

int main() {
  for (const int ranks : {2, 64}) {
    for (const bool as_csv : {false, true}) pipesched::MeasureGivenOrder(ranks, as_csv);
  }
  for (const pipesched::ScheduleKind& kind : pipesched::AllScheduleKinds()) {
    if (kind.make_order == nullptr) continue;
    for (const int ranks : {1, 2, 64, 2048}) pipesched::Measure(kind, ranks);
  }
}
