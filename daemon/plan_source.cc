#include "daemon/plan_source.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "base/stopwatch.h"
#include "daemon/errors.h"
#include "daemon/plan_cost.h"

namespace pipesched {
namespace {

// Whether somebody still waits is asked at most this often: thousands may.
constexpr absl::Duration kPollInterval = absl::Milliseconds(2);

// Those who waited are told in groups of this many, which can run side by side.
constexpr size_t kAskersAPart = 64;

}  // namespace

// A computation and those who wait for it.
struct PlanSource::Flight {
  std::string key;  // "": of one who asked for a computation of its own
  PlanInput input;
  int64_t reserved_bytes = 0;
  std::vector<Asker> askers;            // guarded by the source's mutex; the first one began it
  std::optional<Stopwatch> since_poll;  // of the computing thread
};

PlanSource::PlanSource(const Options& options,
                       std::function<void(const Plan& plan, absl::Duration took)> computed)
    : options_(options), computed_(std::move(computed)), cache_(options.cache_bytes) {
  run_all_ = [](const std::vector<std::function<void()>>& parts) {
    for (const auto& part : parts) part();
  };
}

PlanSource::~PlanSource() = default;

void PlanSource::Get(PlanInput input, Asker asker, Start start) {
  const auto flight = std::make_shared<Flight>();
  if (!asker.alone) {
    absl::StatusOr<std::string> key = PlanKey(input, asker.abandoned);
    if (!key.ok()) return asker.done(key.status(), PlanOrigin::kNone);
    flight->key = *std::move(key);
  }
  SharedPlan cached;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!asker.alone) cached = cache_.Find(flight->key);
    if (cached != nullptr) {
      ++counts_.hits;
    } else {
      const std::shared_ptr<Flight> under_way =
          asker.alone ? flight : flights_.emplace(flight->key, flight).first->second;
      under_way->askers.push_back(std::move(asker));
      if (under_way != flight) {
        ++counts_.joined;
        return;
      }
      ++counts_.misses;
    }
  }
  if (cached != nullptr) {
    // NOLINTNEXTLINE(bugprone-use-after-move): moved only where nothing is cached
    asker.done(cached, PlanOrigin::kCached);
    return;
  }
  flight->reserved_bytes = EstimatePlanBytes(input);
  flight->input = std::move(input);
  absl::Status status;
  if (!ReserveMemory(flight->reserved_bytes)) {
    flight->reserved_bytes = 0;
    status = OutOfMemory("the plans under way leave no memory for this one");
  } else {
    status = start([this, flight] { Compute(flight); });
  }
  if (status.ok()) return;
  if (options_.memory != nullptr) options_.memory->Release(flight->reserved_bytes);
  Tell(Land(*flight), status, PlanOrigin::kNone);
}

// Takes plans out of the cache where that helps; they are freed outside the lock.
bool PlanSource::ReserveMemory(int64_t bytes) {
  if (options_.memory == nullptr) return true;
  while (!options_.memory->TryReserve(bytes)) {
    SharedPlan evicted;
    const std::lock_guard<std::mutex> lock(mutex_);
    evicted = cache_.EvictOne();
    if (evicted == nullptr) {
      ++counts_.memory_refusals;
      return false;
    }
  }
  return true;
}

absl::StatusOr<std::shared_ptr<const void>> PlanSource::Reserve(int64_t bytes) {
  if (options_.memory == nullptr) return std::shared_ptr<const void>();
  if (!ReserveMemory(bytes))
    return OutOfMemory("the work under way leaves no memory for this call");
  return std::shared_ptr<const void>(
      options_.memory.get(),
      [memory = options_.memory, bytes](const void*) { memory->Release(bytes); });
}

bool PlanSource::IsAbandoned(Flight& flight) {
  if (flight.since_poll && flight.since_poll->Elapsed() < kPollInterval) return false;
  flight.since_poll.emplace();
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::all_of(flight.askers.begin(), flight.askers.end(),
                     [](const Asker& asker) { return asker.abandoned(); });
}

// No exception passes into a thread that is not ours.
absl::StatusOr<SharedPlan> PlanSource::ComputeOnce(Flight& flight) {
  try {
    const Stopwatch stopwatch;
    absl::StatusOr<Plan> plan = ComputePlan(flight.input, [&] { return IsAbandoned(flight); });
    if (!plan.ok()) return plan.status();
    if (computed_ != nullptr) computed_(*plan, stopwatch.Elapsed());
    if (options_.memory == nullptr) return std::make_shared<const Plan>(*std::move(plan));
    // From here on the memory is reserved for as long as anybody holds the plan.
    const int64_t reserved = std::exchange(flight.reserved_bytes, 0);
    const int64_t bytes = std::min(reserved, PlanBytes(*plan));
    options_.memory->Release(reserved - bytes);
    return SharedPlan(new Plan(*std::move(plan)), [memory = options_.memory, bytes](const Plan* p) {
      delete p;
      memory->Release(bytes);
    });
  } catch (const std::bad_alloc&) {
    return OutOfMemory("there is no memory left for this plan");
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  }
}

void PlanSource::Compute(const std::shared_ptr<Flight>& flight) {
  absl::StatusOr<SharedPlan> plan;
  std::vector<Asker> askers;
  std::vector<SharedPlan> evicted;
  do {
    plan = ComputeOnce(*flight);
    const std::lock_guard<std::mutex> lock(mutex_);
    // Somebody may have joined after all others had gone.
    const bool is_wanted = std::any_of(flight->askers.begin(), flight->askers.end(),
                                       [](const Asker& asker) { return !asker.abandoned(); });
    if (absl::IsCancelled(plan.status()) && is_wanted) continue;
    askers = std::move(flight->askers);
    flights_.erase(flight->key);
    if (plan.ok() && !flight->key.empty())
      evicted = cache_.Insert(flight->key, *plan, PlanBytes(**plan));
  } while (askers.empty());
  if (options_.memory != nullptr) options_.memory->Release(flight->reserved_bytes);
  Tell(std::move(askers), plan, plan.ok() ? PlanOrigin::kComputed : PlanOrigin::kNone);
}

// Takes a flight out, with those who wait for it.
std::vector<PlanSource::Asker> PlanSource::Land(Flight& flight) {
  const std::lock_guard<std::mutex> lock(mutex_);
  flights_.erase(flight.key);
  return std::move(flight.askers);
}

void PlanSource::Tell(std::vector<Asker> askers, const absl::StatusOr<SharedPlan>& plan,
                      PlanOrigin first) {
  const PlanOrigin others = plan.ok() ? PlanOrigin::kShared : PlanOrigin::kNone;
  askers[0].done(plan, first);
  if (askers.size() == 1) return;
  const auto rest = std::make_shared<std::vector<Asker>>(std::move(askers));
  std::vector<std::function<void()>> parts;
  for (size_t begin = 1; begin < rest->size(); begin += kAskersAPart) {
    parts.emplace_back([rest, begin, plan, others] {
      const size_t end = std::min(rest->size(), begin + kAskersAPart);
      for (size_t i = begin; i < end; ++i) (*rest)[i].done(plan, others);
    });
  }
  run_all_(std::move(parts));
}

PlanSource::Counts PlanSource::counts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Counts counts = counts_;
  counts.evictions = cache_.evictions();
  counts.cache_bytes = cache_.bytes();
  return counts;
}

}  // namespace pipesched
