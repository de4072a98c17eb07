#include "daemon/planner.h"

#include "absl/time/clock.h"
#include "daemon/convert/schedule.h"

namespace pipesched {

Planner::Planner(const ServiceOptions& options, Jobs& jobs)
    : jobs_(jobs),
      observer_(options.observer),
      memory_(options.memory_bytes > 0 ? std::make_shared<MemoryBudget>(options.memory_bytes)
                                       : nullptr),
      plans_({.cache_bytes = options.cache_bytes, .memory = memory_},
             [this](const PlanInput& input, absl::Duration took) { OnComputed(input, took); }) {
  plans_.set_run_all(
      [this](std::vector<std::function<void()>> parts) { jobs_.RunAll(std::move(parts)); });
}

void Planner::OnComputed(const PlanInput& input, absl::Duration took) {
  jobs_.Learn({ToProto(*input.kind), PlanWork(input)}, took);
  if (observer_ != nullptr) observer_->OnPlanComputed(PlanParts(input), took);
}

void Planner::FollowQuery(Call& call, const Claim& claim,
                          const std::function<absl::StatusOr<PlanQuery>()>& prepare,
                          const Answer& answer, const Finish& finish) {
  // A request that is large to read is read by the worker that computes its plan.
  const Job reading = {claim.plan_kind, claim.reading_parts <= kInlineParts
                                            ? 0
                                            : std::max(claim.reading_parts, claim.claimed_parts)};
  const absl::Status status =
      jobs_.Run(call, reading, [this, &call, claim, prepare, answer, finish] {
        PlanQuery query;
        const absl::Status prepared = RunGuarded(call, [&] {
          absl::StatusOr<PlanQuery> result = prepare();
          if (!result.ok()) return result.status();
          query = *std::move(result);
          return absl::OkStatus();
        });
        if (!prepared.ok()) return finish(prepared);
        call.record().parts = PlanParts(query.input);
        const Job computing = {claim.plan_kind, PlanWork(query.input)};
        const Job answering = {claim.answer_kind, query.answer_parts};
        const auto done = [this, &call, answering, answer, finish, ranks = std::move(query.ranks)](
                              const absl::StatusOr<SharedPlan>& plan, PlanOrigin origin) {
          call.record().origin = origin;
          AnswerWith(
              call, answering, plan,
              [answer, ranks](const SharedPlan& p) { return answer(p, ranks); }, finish);
        };
        plans_.Get(std::move(query.input), {[&call] { return call.Abandoned(); }, done},
                   [&](std::function<void()> compute) {
                     return jobs_.Run(call, computing, std::move(compute));
                   });
      });
  if (!status.ok()) finish(status);
}

void Planner::AnswerWith(Call& call, const Job& job, const absl::StatusOr<SharedPlan>& plan,
                         const std::function<absl::Status(const SharedPlan&)>& answer,
                         const Finish& finish) {
  if (!plan.ok()) {
    return finish(absl::IsCancelled(plan.status()) ? call.WhyAbandoned() : plan.status());
  }
  const absl::Status status =
      jobs_.Run(call, job, [this, &call, job, plan = *plan, answer, finish] {
        const absl::Time start = absl::Now();
        const absl::Status result = RunGuarded(call, [&] { return answer(plan); });
        if (result.ok() && job.parts > kInlineParts) jobs_.Learn(job, absl::Now() - start);
        finish(result);
      });
  if (!status.ok()) finish(status);
}

}  // namespace pipesched
