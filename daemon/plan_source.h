#ifndef PIPESCHED_DAEMON_PLAN_SOURCE_H_
#define PIPESCHED_DAEMON_PLAN_SOURCE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/admission.h"
#include "daemon/plan.h"
#include "daemon/plan_cache.h"

namespace pipesched {

// Where the plan of a call came from.
enum class PlanOrigin {
  kNone,      // there was none
  kComputed,  // for this call
  kShared,    // computed for another call at the same time
  kCached,
};

// Computes plans, each once: an equal input is answered from a cache of bounded
// size, or joins the computation that is under way. The computation goes on while
// any of those who wait for it does. Errors are not kept. Safe to call from many
// threads.
class PlanSource {
 public:
  struct Options {
    int64_t cache_bytes = 0;
    std::shared_ptr<MemoryBudget> memory = nullptr;  // null: as much as there is
  };

  // Somebody who asks for a plan. `done` is called once, from any thread.
  struct Asker {
    std::function<bool()> abandoned;  // does not wait any more; until `done` is called
    std::function<void(const absl::StatusOr<SharedPlan>& plan, PlanOrigin origin)> done;
    bool alone = false;  // wants a computation of its own, whose plan is not kept
  };

  // Runs a plan's computation, now or later, or returns why not.
  using Start = absl::FunctionRef<absl::Status(std::function<void()> compute)>;

  struct Counts {
    int64_t hits = 0;    // answered from the cache
    int64_t joined = 0;  // waited for a computation that was under way
    int64_t misses = 0;  // began a computation
    int64_t evictions = 0;
    int64_t cache_bytes = 0;
    int64_t memory_refusals = 0;
  };

  // `computed`, if any, is told how long each whole computation took.
  explicit PlanSource(
      const Options& options,
      std::function<void(const Plan& plan, absl::Duration took)> computed = nullptr);
  ~PlanSource();

  // Asks for the plan of `input`. Calls `asker.done` before it returns if the plan is
  // in the cache or cannot be computed; RESOURCE_EXHAUSTED if there is no memory left.
  void Get(PlanInput input, Asker asker, Start start);

  // Called after each computation that several waited for, with what is left to do
  // for each of them; may run these at once and side by side. The default runs them
  // one after another.
  using RunAll = std::function<void(std::vector<std::function<void()>> parts)>;
  void set_run_all(RunAll run_all) { run_all_ = std::move(run_all); }

  // Reserves memory for other work, until nobody holds what is returned; null where
  // memory has no bound. RESOURCE_EXHAUSTED if there is not as much left.
  absl::StatusOr<std::shared_ptr<const void>> Reserve(int64_t bytes);

  Counts counts() const;

 private:
  struct Flight;

  void Compute(const std::shared_ptr<Flight>& flight);
  absl::StatusOr<SharedPlan> ComputeOnce(Flight& flight);
  bool IsAbandoned(Flight& flight);
  std::vector<Asker> Land(Flight& flight);
  void Tell(std::vector<Asker> askers, const absl::StatusOr<SharedPlan>& plan, PlanOrigin first);
  bool ReserveMemory(int64_t bytes);

  const Options options_;
  const std::function<void(const Plan& plan, absl::Duration took)> computed_;
  RunAll run_all_;
  mutable std::mutex mutex_;  // guards the rest; not Abseil's, which TSan cannot see into
  PlanCache cache_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;  // by key
  Counts counts_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_PLAN_SOURCE_H_
