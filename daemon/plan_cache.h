#ifndef PIPESCHED_DAEMON_PLAN_CACHE_H_
#define PIPESCHED_DAEMON_PLAN_CACHE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/plan.h"

namespace pipesched {

using SharedPlan = std::shared_ptr<const Plan>;

// Plans by key; the least recently used ones make room. Not safe to call from
// many threads at once.
class PlanCache {
 public:
  explicit PlanCache(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // The plan, or null.
  SharedPlan Find(const std::string& key);

  // Keeps a plan of `bytes` unless it is larger than the whole cache. Returns the
  // plans that made room, so that the caller frees them where it likes.
  std::vector<SharedPlan> Insert(const std::string& key, SharedPlan plan, int64_t bytes);

  // Takes the least recently used plan out; null if there is none.
  SharedPlan EvictOne();

  int64_t bytes() const { return bytes_; }
  int64_t evictions() const { return evictions_; }

 private:
  struct Entry {
    std::string key;
    SharedPlan plan;
    int64_t bytes;
  };

  const int64_t max_bytes_;
  int64_t bytes_ = 0;
  int64_t evictions_ = 0;
  std::list<Entry> entries_;  // the most recently used one first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_PLAN_CACHE_H_
