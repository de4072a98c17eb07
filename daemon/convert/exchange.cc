#include "daemon/convert/exchange.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace pipesched {

Transport ConvertTransport(v1::Transport transport, absl::string_view field,
                           Violations& violations) {
  switch (transport) {
    case v1::TRANSPORT_ASYNC: return Transport::kAsync;
    case v1::TRANSPORT_PER_EDGE_FIFO: return Transport::kPerEdgeFifo;
    case v1::TRANSPORT_UNSPECIFIED:
    case v1::TRANSPORT_PER_PAIR_FIFO: return Transport::kPerPairFifo;
    case v1::TRANSPORT_RENDEZVOUS: return Transport::kRendezvous;
    default: break;
  }
  violations.Add(std::string(field),
                 absl::StrCat(static_cast<int>(transport),
                              ", want TRANSPORT_ASYNC, TRANSPORT_PER_EDGE_FIFO, "
                              "TRANSPORT_PER_PAIR_FIFO or TRANSPORT_RENDEZVOUS"));
  return Transport::kPerPairFifo;
}

v1::Transport ToProto(Transport transport) {
  switch (transport) {
    case Transport::kAsync: return v1::TRANSPORT_ASYNC;
    case Transport::kPerEdgeFifo: return v1::TRANSPORT_PER_EDGE_FIFO;
    case Transport::kPerPairFifo: return v1::TRANSPORT_PER_PAIR_FIFO;
    case Transport::kRendezvous: return v1::TRANSPORT_RENDEZVOUS;
  }
  return v1::TRANSPORT_UNSPECIFIED;
}

v1::Finding ToProto(const Finding& finding) {
  v1::Finding result;
  v1::Rule rule = v1::RULE_UNSPECIFIED;
  v1::Rule_Parse(absl::StrCat("RULE_", RuleName(finding.rule)), &rule);
  result.set_rule(rule);
  result.set_rank(finding.rank);
  result.set_index(finding.index);
  result.set_action(finding.action);
  result.set_message(finding.message);
  return result;
}

}  // namespace pipesched
