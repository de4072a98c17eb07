#ifndef PIPESCHED_ENGINE_DIGEST_DIGEST_H_
#define PIPESCHED_ENGINE_DIGEST_DIGEST_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/digest/sha256.h"
#include "engine/model/cancel.h"
#include "engine/model/order.h"
#include "engine/model/pipeline.h"

namespace pipesched {

// SHA-256 of the order text: what sha256sum says of FormatOrder(order). Returns
// CANCELLED if `cancelled` said so.
absl::StatusOr<Sha256Digest> DigestOrder(const Order& order, Cancelled cancelled = NeverCancelled);

// SHA-256 over a canonical walk of a plan: every resolved value of the pipeline
// (ticks and bytes, 8 bytes each, little-endian; lists with their length), the
// schedule's name, the algorithm version and the order's digest. Equal plans
// have equal digests on every machine; it never depends on serialized protobuf.
Sha256Digest DigestPlan(const Pipeline& pipeline, absl::string_view schedule, int algorithm_version,
                        const Sha256Digest& order_digest);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_DIGEST_DIGEST_H_
