#ifndef PIPESCHED_DAEMON_PLANNER_H_
#define PIPESCHED_DAEMON_PLANNER_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/call.h"
#include "daemon/handlers.h"
#include "daemon/jobs.h"
#include "daemon/plan_cost.h"
#include "daemon/plan_source.h"
#include "daemon/service.h"

namespace pipesched {

// Takes calls about a plan from request to plan to answer, each step a job.
class Planner {
 public:
  using Answer = std::function<absl::Status(const Plans&, const std::vector<int>& ranks)>;
  using Finish = std::function<void(const absl::Status&)>;

  Planner(const ServiceOptions& options, Jobs& jobs);

  // Checks the request, asks for its plan or plans, and answers from them, see Prepare
  // and Answer in handlers.h. `finish` is called once, with the result; `call` and
  // `request` live until then.
  template <typename Request>
  void Follow(Call& call, const Request& request, JobKind answer_kind, const Answer& answer,
              const Finish& finish) {
    const int64_t bytes = static_cast<int64_t>(request.ByteSizeLong());
    call.record().request_bytes = bytes;
    const int64_t stages = request.pipeline().num_stages();
    FollowQuery(
        call,
        {.reading_parts = std::max(ReadingParts(bytes), stages),
         .claimed_parts = stages * request.pipeline().num_microbatches(),
         .plan_kind = static_cast<int>(request.schedule().kind()),
         .answer_kind = answer_kind},
        [&call, &request] {
          return Prepare(request, call.limits(), [&call] { return call.Abandoned(); });
        },
        answer, finish);
  }

  // See PlanSource::Reserve.
  absl::StatusOr<std::shared_ptr<const void>> Reserve(int64_t bytes) {
    return plans_.Reserve(bytes);
  }

  PlanSource::Counts counts() const { return plans_.counts(); }
  int64_t memory_reserved() const { return memory_ != nullptr ? memory_->reserved() : 0; }

 private:
  // What is known of a request before it is checked.
  struct Claim {
    int64_t reading_parts = 0;
    int64_t claimed_parts = 0;  // (stage, microbatch) that it is about
    int plan_kind = 0;
    JobKind answer_kind = kAnswerJob;
  };

  void FollowQuery(Call& call, const Claim& claim,
                   const std::function<absl::StatusOr<PlanQuery>()>& prepare, const Answer& answer,
                   const Finish& finish);
  // The plans of one call, got one after another.
  struct Wanted {
    std::vector<PlanInput> inputs;
    Plans plans;  // of the first inputs
  };

  // Calls `done` once, with all plans or with why one is missing.
  void GetPlans(Call& call, const std::shared_ptr<Wanted>& wanted,
                const std::function<void(absl::StatusOr<Plans>)>& done);
  void AnswerWith(Call& call, const Job& job, const absl::StatusOr<Plans>& plans,
                  const std::function<absl::Status(const Plans&)>& answer, const Finish& finish);
  void OnComputed(const Plan& plan, absl::Duration took);

  Jobs& jobs_;
  CallObserver* const observer_;
  const std::shared_ptr<MemoryBudget> memory_;
  PlanSource plans_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_PLANNER_H_
