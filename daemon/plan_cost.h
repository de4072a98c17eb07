#ifndef PIPESCHED_DAEMON_PLAN_COST_H_
#define PIPESCHED_DAEMON_PLAN_COST_H_

#include <cstdint>

#include "daemon/plan.h"

namespace pipesched {

// (stage, microbatch) pairs of a plan: what its time and memory grow with.
int64_t PlanParts(const PlanInput& input);

// The same, weighted by how long a pair of the kind takes to compute.
int64_t PlanWork(const PlanInput& input);

// About the memory that computing a plan takes, in bytes: an upper bound, known
// before anything is allocated.
int64_t EstimatePlanBytes(const PlanInput& input);

// The memory of a plan that is there; less, since nothing works on it.
int64_t PlanBytes(const Plan& plan);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_PLAN_COST_H_
