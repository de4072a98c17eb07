#ifndef PIPESCHED_DAEMON_CONVERT_EXCHANGE_H_
#define PIPESCHED_DAEMON_CONVERT_EXCHANGE_H_

#include "daemon/errors.h"
#include "engine/exchange/validate.h"
#include "pipesched/v1/exchange.pb.h"

namespace pipesched {

// The transport of a request; unset is per_pair_fifo. Adds one that this version does not
// know to `violations`.
Transport ConvertTransport(v1::Transport transport, absl::string_view field,
                           Violations& violations);

v1::Transport ToProto(Transport transport);

v1::Finding ToProto(const Finding& finding);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_CONVERT_EXCHANGE_H_
