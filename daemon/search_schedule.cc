#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "daemon/convert/order_file.h"
#include "daemon/convert/response.h"
#include "daemon/convert/search.h"
#include "daemon/handlers.h"
#include "daemon/plan.h"
#include "engine/model/order_text.h"
#include "engine/search/pareto.h"
#include "pipesched/v1/search.pb.h"

namespace pipesched {
namespace {

// Messages come at most this often.
constexpr absl::Duration kUpdateEvery = absl::Milliseconds(50);

// A search ends this long before the call's deadline, so that its answer arrives: a tenth
// of the time that there is, within bounds.
constexpr absl::Duration kLeastMargin = absl::Milliseconds(20);
constexpr absl::Duration kMostMargin = absl::Milliseconds(200);

constexpr int kParetoPoints = 16;

// One SearchSchedule call.
class SearchCall {
 public:
  SearchCall(const v1::SearchScheduleRequest& request, SearchInput input, CallContext context,
             const std::function<void(v1::SearchScheduleResponse)>& send)
      : request_(request), input_(std::move(input)), context_(context), send_(send) {
    const absl::Duration left = context.deadline - start_;
    const absl::Duration margin = std::clamp(left / 10, kLeastMargin, kMostMargin);
    call_end_ = context.deadline - margin;
  }

  absl::Status Run() {
    const auto progress = [this](const SearchProgress& now) { OnProgress(now); };
    std::vector<ParetoPoint> points;
    if (request_.pareto()) {
      const auto stop = [this](int done, int count) { return IsOver(done + 1, count); };
      absl::StatusOr<std::vector<ParetoPoint>> found =
          SearchPareto(input_.problem, input_.budget, kParetoPoints, stop, progress);
      if (!found.ok()) return found.status();
      points = *std::move(found);
    } else {
      const auto stop = [this] { return IsOver(1, 1); };
      absl::StatusOr<SearchResult> result = Search(input_.problem, input_.budget, stop, progress);
      if (!result.ok()) return result.status();
      points.push_back({0, 0, *std::move(result)});
    }
    if (points.empty()) return absl::CancelledError("stopped before there was any order");
    return SendLast(points);
  }

 private:
  // Whether the search, or `part` of its `parts`, is over. Called by many threads.
  bool IsOver(int part, int parts) const {
    if (context_.cancelled()) return true;
    const absl::Time now = absl::Now();
    if (now >= call_end_) return true;
    const absl::Duration time = std::min(input_.time_budget, call_end_ - start_);
    return time < absl::InfiniteDuration() && now >= start_ + time * part / parts;
  }

  void OnProgress(const SearchProgress& now) {
    if (now.improved != nullptr) unsent_ = now.improved;
    const absl::Time time = absl::Now();
    if (sent_any_ && time - last_sent_ < kUpdateEvery) return;
    v1::SearchScheduleResponse message;
    if (unsent_ != nullptr && !FillAnswer(*unsent_, nullptr, message).ok()) return;
    unsent_ = nullptr;
    FillStatus(now.value, now.bound, now.candidates, message);
    send_(std::move(message));
    sent_any_ = true;
    last_sent_ = time;
  }

  void FillStatus(int64_t value, int64_t bound, int64_t candidates,
                  v1::SearchScheduleResponse& message) const {
    const TickScale scale = input_.problem.machine.scale;
    v1::SearchStatus& status = *message.mutable_search();
    status.set_objective(ToProto(input_.problem.objective));
    status.set_objective_value(scale.ToUnits(value));
    status.set_bound(scale.ToUnits(bound));
    status.set_gap(static_cast<double>(value - bound) / static_cast<double>(bound));
    status.set_candidates(candidates);
    status.set_elapsed(absl::ToDoubleSeconds(absl::Now() - start_));
    status.set_proven_optimal(value <= bound);
  }

  // The plan of an answer: its order as a custom schedule, with the answer's times.
  absl::StatusOr<Plan> PlanOf(const SearchAnswer& answer) const {
    PlanInput plan_input;
    plan_input.pipeline = answer.pipeline;
    plan_input.kind = FindScheduleKind(kCustomKind);
    plan_input.given = GivenOrder{answer.order, answer.placement};
    absl::StatusOr<Plan> plan = ComputePlan(std::move(plan_input), NeverCancelled);
    if (!plan.ok() || input_.problem.objective != SearchObjective::kLongestRankSpanFreeStart) {
      return plan;
    }
    absl::StatusOr<Metrics> metrics =
        ComputeMetrics(answer.pipeline, answer.placement, answer.order, answer.timeline);
    if (!metrics.ok()) return metrics.status();
    // Only where nothing is delayed does a chain without waits reach from start to end.
    metrics->critical_path = plan->metrics.critical_path;
    plan->metrics = *std::move(metrics);
    plan->timeline = answer.timeline;
    return plan;
  }

  absl::Status FillAnswer(const SearchAnswer& answer, v1::Timeline* timeline,
                          v1::SearchScheduleResponse& message) const {
    const absl::StatusOr<Plan> plan = PlanOf(answer);
    if (!plan.ok()) return plan.status();
    FillSummary(*plan, input_.ranks, message);
    absl::StatusOr<std::string> order = OrderTextOf(*plan, context_.limits, NeverCancelled);
    if (!order.ok()) return order.status();
    message.set_order(*std::move(order));
    *message.mutable_pipeline() = PipelineToProto(answer.pipeline);
    message.mutable_search()->set_found_as(answer.found_as);
    if (timeline == nullptr) return absl::OkStatus();
    const TimelineColumns columns(*plan, input_.ranks);
    FillRankOffsets(*plan, input_.ranks, *timeline);
    columns.Append(0, columns.size(), *timeline);
    return absl::OkStatus();
  }

  absl::Status SendLast(const std::vector<ParetoPoint>& points) {
    const SearchResult& best = points.back().result;
    v1::SearchScheduleResponse message;
    absl::Status filled = FillAnswer(
        best.answer, request_.with_timeline() ? message.mutable_timeline() : nullptr, message);
    if (!filled.ok()) return filled;
    FillStatus(best.answer.value, best.bound, best.candidates, message);
    message.mutable_search()->set_finished(true);
    if (best.answer.value > best.bound) AddStopNote(message);
    if (request_.pareto()) {
      for (const ParetoPoint& point : points) FillPoint(point, *message.add_pareto());
    }
    const auto bytes = static_cast<int64_t>(message.ByteSizeLong());
    if (bytes > context_.limits.max_message_bytes) {
      return TooLarge("response", bytes, context_.limits, "ask for fewer ranks");
    }
    send_(std::move(message));
    return absl::OkStatus();
  }

  // Says that the call's end, not the search's own, stopped it.
  void AddStopNote(v1::SearchScheduleResponse& message) const {
    const char* cause = nullptr;
    if (context_.cancelled()) {
      cause = "CANCELLED";
    } else if (absl::Now() >= call_end_ && call_end_ - start_ < input_.time_budget) {
      cause = "DEADLINE";
    }
    if (cause == nullptr) return;
    v1::Note& note = *message.add_notes();
    note.set_code("SEARCH_STOPPED");
    note.set_message("the search ended with the time of the call: this is the best order so far");
    (*note.mutable_metadata())["cause"] = cause;
  }

  void FillPoint(const ParetoPoint& point, v1::ParetoPoint& out) const {
    const TickScale scale = input_.problem.machine.scale;
    const SearchAnswer& answer = point.result.answer;
    out.set_memory_limit_bytes(point.limit_bytes);
    out.set_peak_bytes(point.peak_bytes);
    out.set_objective_value(scale.ToUnits(answer.value));
    out.set_makespan(scale.ToUnits(answer.timeline.makespan));
    out.set_bound(scale.ToUnits(point.result.bound));
    out.set_order(FormatOrder(answer.order));
    *out.mutable_shape() = ShapeToProto(answer.pipeline.shape);
  }

  const v1::SearchScheduleRequest& request_;
  const SearchInput input_;
  const CallContext context_;
  const std::function<void(v1::SearchScheduleResponse)>& send_;
  const absl::Time start_ = absl::Now();
  absl::Time call_end_;
  const SearchAnswer* unsent_ = nullptr;
  bool sent_any_ = false;
  absl::Time last_sent_;
};

}  // namespace

int64_t SearchBytes(const v1::SearchScheduleRequest& request) {
  constexpr int64_t kBytesAnOp = 800;          // of all chains of all placements
  constexpr int64_t kBytesOfExact = 16 << 20;  // of a small problem's branch and bound
  constexpr int64_t kMostOps = 3;              // of a (stage, microbatch)
  // With free starts: of each op and rank, of a placement's chains or those of any placement.
  constexpr int64_t kFreeStartBytes = 32;
  constexpr int64_t kAnyFreeStartBytes = 80;
  const bool any = request.placement() == v1::SEARCH_PLACEMENT_ANY;
  const int64_t chunks = std::clamp(request.chunks_per_rank(), any ? 2 : 1, 64);
  // What is larger is refused before it takes any.
  const int64_t ranks = std::clamp<int64_t>(request.pipeline().num_stages(), 0, kMaxSearchRanks);
  const int64_t ops =
      std::min(ranks * chunks * std::max(request.pipeline().num_microbatches(), 0) * kMostOps,
               kMaxSearchOps);
  const bool free_starts = request.objective() == v1::SEARCH_OBJECTIVE_LONGEST_RANK_SPAN_FREE_START;
  return kBytesOfExact + ops * kBytesAnOp +
         (free_starts ? ranks * ops * (any ? kAnyFreeStartBytes : kFreeStartBytes) : 0);
}

absl::Status HandleSearchSchedule(const v1::SearchScheduleRequest& request, CallContext context,
                                  const std::function<void(v1::SearchScheduleResponse)>& send) {
  Violations violations;
  SearchInput input = ConvertSearch(request, context.limits, violations);
  if (!violations.empty()) return violations.ToStatus();
  return SearchCall(request, std::move(input), context, send).Run();
}

}  // namespace pipesched
