#include "daemon/planner.h"

#include "base/stopwatch.h"
#include "daemon/convert/schedule.h"

namespace pipesched {

Planner::Planner(const ServiceOptions& options, Jobs& jobs)
    : jobs_(jobs),
      observer_(options.observer),
      memory_(options.memory_bytes > 0 ? std::make_shared<MemoryBudget>(options.memory_bytes)
                                       : nullptr),
      plans_({.cache_bytes = options.cache_bytes, .memory = memory_},
             [this](const Plan& plan, absl::Duration took) { OnComputed(plan, took); }) {
  plans_.set_run_all(
      [this](std::vector<std::function<void()>> parts) { jobs_.RunAll(std::move(parts)); });
}

void Planner::OnComputed(const Plan& plan, absl::Duration took) {
  jobs_.Learn({ToProto(*plan.input.kind), PlanWork(plan.input)}, took);
  if (observer_ != nullptr) {
    observer_->OnPlanComputed(PlanParts(plan.input), plan.order.num_ops(), took);
  }
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
        const auto wanted = std::make_shared<Wanted>();
        wanted->inputs = std::move(query.compared);
        wanted->inputs.insert(wanted->inputs.begin(), std::move(query.input));
        for (const PlanInput& input : wanted->inputs) call.record().parts += PlanParts(input);
        const Job answering = {claim.answer_kind, query.answer_parts};
        GetPlans(call, wanted,
                 [this, &call, answering, answer, finish,
                  ranks = std::move(query.ranks)](const absl::StatusOr<Plans>& plans) {
                   AnswerWith(
                       call, answering, plans,
                       [answer, ranks](const Plans& p) { return answer(p, ranks); }, finish);
                 });
      });
  if (!status.ok()) finish(status);
}

void Planner::GetPlans(Call& call, const std::shared_ptr<Wanted>& wanted,
                       const std::function<void(absl::StatusOr<Plans>)>& done) {
  PlanInput& input = wanted->inputs[wanted->plans.size()];
  const Job computing = {static_cast<int>(ToProto(*input.kind)), PlanWork(input)};
  const auto got = [this, &call, wanted, done](const absl::StatusOr<SharedPlan>& plan,
                                               PlanOrigin origin) {
    if (wanted->plans.empty()) call.record().origin = origin;
    if (!plan.ok()) return done(plan.status());
    call.record().ops += (*plan)->order.num_ops();
    wanted->plans.push_back(*plan);
    if (wanted->plans.size() < wanted->inputs.size()) return GetPlans(call, wanted, done);
    done(std::move(wanted->plans));
  };
  plans_.Get(std::move(input), {[&call] { return call.Abandoned(); }, got, call.skips_cache()},
             [&](std::function<void()> compute) {
               return jobs_.Run(call, computing, std::move(compute));
             });
}

void Planner::AnswerWith(Call& call, const Job& job, const absl::StatusOr<Plans>& plans,
                         const std::function<absl::Status(const Plans&)>& answer,
                         const Finish& finish) {
  if (!plans.ok()) {
    return finish(absl::IsCancelled(plans.status()) ? call.WhyAbandoned() : plans.status());
  }
  const absl::Status status =
      jobs_.Run(call, job, [this, &call, job, plans = *plans, answer, finish] {
        const Stopwatch stopwatch;
        const absl::Status result = RunGuarded(call, [&] { return answer(plans); });
        if (result.ok() && job.parts > kInlineParts) jobs_.Learn(job, stopwatch.Elapsed());
        finish(result);
      });
  if (!status.ok()) finish(status);
}

}  // namespace pipesched
