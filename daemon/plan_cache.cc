#include "daemon/plan_cache.h"

#include <utility>

namespace pipesched {

SharedPlan PlanCache::Find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->plan;
}

std::vector<SharedPlan> PlanCache::Insert(const std::string& key, SharedPlan plan, int64_t bytes) {
  std::vector<SharedPlan> evicted;
  if (bytes > max_bytes_ || by_key_.count(key) > 0) return evicted;
  while (bytes > max_bytes_ - bytes_) evicted.push_back(EvictOne());
  entries_.push_front({key, std::move(plan), bytes});
  by_key_[key] = entries_.begin();
  bytes_ += bytes;
  return evicted;
}

SharedPlan PlanCache::EvictOne() {
  if (entries_.empty()) return nullptr;
  Entry entry = std::move(entries_.back());
  by_key_.erase(entry.key);
  entries_.pop_back();
  bytes_ -= entry.bytes;
  ++evictions_;
  return std::move(entry.plan);
}

}  // namespace pipesched
