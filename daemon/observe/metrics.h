#ifndef PIPESCHED_DAEMON_OBSERVE_METRICS_H_
#define PIPESCHED_DAEMON_OBSERVE_METRICS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/call.h"

namespace pipesched {

// A value that is asked for when metrics are read.
struct SampledMetric {
  std::string name;
  std::string help;
  bool is_counter;  // else a gauge
  std::function<double()> sample;
};

// The metrics of a daemon, in Prometheus' text format. Names of calls are those of
// go-grpc-middleware, so that public dashboards work; all series exist from the start.
// Safe to call from many threads.
class ServerMetrics {
 public:
  ServerMetrics();
  ~ServerMetrics();

  // See CallObserver. `reason`: of the call's error, "" if it has none.
  void OnStart(absl::string_view method);
  void OnEnd(const CallRecord& record, const std::string& reason);
  void OnPlanComputed(int64_t parts, int64_t ops, absl::Duration took);

  void OnConfigReload(bool ok);

  // Of `sample`s that are called at each Format, until Clear.
  void AddSampled(std::vector<SampledMetric> metrics);
  void ClearSampled();

  std::string Format();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The process_* metrics that Prometheus' own clients have.
std::vector<SampledMetric> ProcessMetrics();

// "InvalidArgument": the name of a code in the label grpc_code.
absl::string_view CodeLabel(absl::StatusCode code);

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_OBSERVE_METRICS_H_
