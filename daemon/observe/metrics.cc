#include "daemon/observe/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <utility>

#include "absl/time/clock.h"
#include "daemon/reasons.h"
#include "daemon/version.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched {
namespace {

using prometheus::Labels;

constexpr absl::string_view kCodeLabels[] = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

// What a call can end with.
constexpr absl::StatusCode kCodes[] = {absl::StatusCode::kOk,
                                       absl::StatusCode::kCancelled,
                                       absl::StatusCode::kInvalidArgument,
                                       absl::StatusCode::kDeadlineExceeded,
                                       absl::StatusCode::kPermissionDenied,
                                       absl::StatusCode::kResourceExhausted,
                                       absl::StatusCode::kUnimplemented,
                                       absl::StatusCode::kInternal,
                                       absl::StatusCode::kUnavailable,
                                       absl::StatusCode::kUnauthenticated};

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
const prometheus::Histogram::BucketBoundaries kParts = {1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};

template <typename Builder>
auto& Family(Builder builder, const char* name, const char* help, prometheus::Registry& registry) {
  return builder.Name(name).Help(help).Register(registry);
}

// The series of one method.
struct MethodSeries {
  prometheus::Counter* started;
  std::map<absl::StatusCode, prometheus::Counter*> handled;
  prometheus::Counter* received;
  prometheus::Counter* sent;
  prometheus::Histogram* seconds;
  prometheus::Histogram* queue_seconds;
};

}  // namespace

absl::string_view CodeLabel(absl::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < std::size(kCodeLabels) ? kCodeLabels[index] : "Unknown";
}

class ServerMetrics::Impl {
 public:
  Impl()
      : started_(Family(prometheus::BuildCounter(), "grpc_server_started_total",
                        "Calls that arrived.", registry_)),
        handled_(Family(prometheus::BuildCounter(), "grpc_server_handled_total",
                        "Calls that ended, by what the caller was told.", registry_)),
        received_(Family(prometheus::BuildCounter(), "grpc_server_msg_received_total",
                         "Messages received.", registry_)),
        sent_(Family(prometheus::BuildCounter(), "grpc_server_msg_sent_total", "Messages sent.",
                     registry_)),
        seconds_(Family(prometheus::BuildHistogram(), "grpc_server_handling_seconds",
                        "Time from a call's arrival to its end.", registry_)),
        queue_seconds_(Family(prometheus::BuildHistogram(), "pipesched_queue_seconds",
                              "Time that a call waited for a worker.", registry_)),
        rejected_(Family(prometheus::BuildCounter(), "pipesched_rejected_total",
                         "Calls that ended with an error, by its reason.", registry_)),
        retries_(Family(prometheus::BuildCounter(), "pipesched_retried_calls_total",
                        "Calls that gRPC sent again because an earlier attempt failed, here or "
                        "elsewhere; one "
                        "that its client repeats after a refusal counts as new.",
                        registry_)
                     .Add({})),
        reloads_failed_(Family(prometheus::BuildCounter(), "pipesched_config_reload_failures_total",
                               "Reloads of the configuration that failed.", registry_)
                            .Add({})),
        reload_time_(Family(prometheus::BuildGauge(),
                            "pipesched_config_last_reload_success_timestamp_seconds",
                            "When the configuration was last read without an error.", registry_)
                         .Add({})),
        compute_seconds_(Family(prometheus::BuildHistogram(), "pipesched_schedule_compute_seconds",
                                "Time to compute a plan.", registry_)
                             .Add({}, kSeconds)),
        compute_parts_(Family(prometheus::BuildHistogram(), "pipesched_schedule_parts",
                              "(stage, microbatch) pairs of the plans computed.", registry_)
                           .Add({}, kParts)),
        schedule_ops_(Family(prometheus::BuildHistogram(), "pipesched_schedule_ops",
                             "Ops of the plans computed.", registry_)
                          .Add({}, kParts)),
        render_pixels_(Family(prometheus::BuildHistogram(), "pipesched_render_pixels",
                              "Pixels of the pictures drawn as PNG, SVG or PDF.", registry_)
                           .Add({}, kParts)) {
    const auto* service = v1::GetServerInfoResponse::descriptor()->file()->service(0);
    for (int i = 0; i < service->method_count(); ++i) {
      AddMethod(service->method(i)->name(), service->full_name(),
                service->method(i)->server_streaming());
    }
    AddMethod("other", "other", false);
    for (const ReasonInfo& info : AllReasons()) {
      rejections_[std::string(info.reason)] =
          &rejected_.Add({{"reason", std::string(info.reason)}});
    }
    Family(prometheus::BuildGauge(), "pipesched_build_info", "The program; always 1.", registry_)
        .Add({{"version", std::string(Version())}, {"commit", std::string(Commit())}})
        .Set(1);
    OnConfigReload(true);
  }

  void OnStart(absl::string_view method) {
    MethodSeries& series = Of(method);
    series.started->Increment();
    series.received->Increment();
  }

  void OnEnd(const CallRecord& record, const std::string& reason) {
    MethodSeries& series = Of(record.method);
    const auto handled = series.handled.find(record.status.code());
    const auto& counter = handled != series.handled.end()
                              ? handled
                              : series.handled.find(absl::StatusCode::kInternal);
    counter->second->Increment();
    series.sent->Increment(static_cast<double>(record.messages_sent));
    series.seconds->Observe(absl::ToDoubleSeconds(record.duration));
    if (record.is_retry) retries_.Increment();
    series.queue_seconds->Observe(absl::ToDoubleSeconds(record.queued));
    if (record.pixels > 0) render_pixels_.Observe(static_cast<double>(record.pixels));
    const auto rejection = rejections_.find(reason);
    if (rejection != rejections_.end()) rejection->second->Increment();
  }

  void OnPlanComputed(int64_t parts, int64_t ops, absl::Duration took) {
    compute_seconds_.Observe(absl::ToDoubleSeconds(took));
    compute_parts_.Observe(static_cast<double>(parts));
    schedule_ops_.Observe(static_cast<double>(ops));
  }

  void OnConfigReload(bool ok) {
    ok ? reload_time_.Set(static_cast<double>(absl::ToUnixSeconds(absl::Now())))
       : reloads_failed_.Increment();
  }

  void AddSampled(std::vector<SampledMetric> metrics) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (SampledMetric& metric : metrics) sampled_.push_back(std::move(metric));
  }

  void ClearSampled() {
    const std::lock_guard<std::mutex> lock(mutex_);
    sampled_.clear();
  }

  std::string Format() {
    std::vector<prometheus::MetricFamily> families = registry_.Collect();
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const SampledMetric& metric : sampled_) {
      prometheus::MetricFamily family;
      family.name = metric.name;
      family.help = metric.help;
      family.type =
          metric.is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
      prometheus::ClientMetric value;
      (metric.is_counter ? value.counter.value : value.gauge.value) = metric.sample();
      family.metric = {value};
      families.push_back(std::move(family));
    }
    return prometheus::TextSerializer().Serialize(families);
  }

 private:
  void AddMethod(const std::string& method, const std::string& service, bool is_stream) {
    Labels labels = {{"grpc_type", is_stream ? "server_stream" : "unary"},
                     {"grpc_service", service},
                     {"grpc_method", method}};
    MethodSeries& series = methods_[method];
    series.started = &started_.Add(labels);
    series.received = &received_.Add(labels);
    series.sent = &sent_.Add(labels);
    series.seconds = &seconds_.Add(labels, kSeconds);
    series.queue_seconds = &queue_seconds_.Add({{"grpc_method", method}}, kSeconds);
    for (const absl::StatusCode code : kCodes) {
      labels["grpc_code"] = std::string(CodeLabel(code));
      series.handled[code] = &handled_.Add(labels);
    }
  }

  MethodSeries& Of(absl::string_view method) {
    const auto found = methods_.find(std::string(method));
    return found != methods_.end() ? found->second : methods_.at("other");
  }

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& started_;
  prometheus::Family<prometheus::Counter>& handled_;
  prometheus::Family<prometheus::Counter>& received_;
  prometheus::Family<prometheus::Counter>& sent_;
  prometheus::Family<prometheus::Histogram>& seconds_;
  prometheus::Family<prometheus::Histogram>& queue_seconds_;
  prometheus::Family<prometheus::Counter>& rejected_;
  prometheus::Counter& retries_;
  prometheus::Counter& reloads_failed_;
  prometheus::Gauge& reload_time_;
  prometheus::Histogram& compute_seconds_;
  prometheus::Histogram& compute_parts_;
  prometheus::Histogram& schedule_ops_;
  prometheus::Histogram& render_pixels_;
  std::map<std::string, MethodSeries> methods_;             // not changed any more
  std::map<std::string, prometheus::Counter*> rejections_;  // by reason; not changed any more
  std::mutex mutex_;
  std::vector<SampledMetric> sampled_;
};

ServerMetrics::ServerMetrics() : impl_(std::make_unique<Impl>()) {}

ServerMetrics::~ServerMetrics() = default;

void ServerMetrics::OnStart(absl::string_view method) { impl_->OnStart(method); }

void ServerMetrics::OnEnd(const CallRecord& record, const std::string& reason) {
  impl_->OnEnd(record, reason);
}

void ServerMetrics::OnPlanComputed(int64_t parts, int64_t ops, absl::Duration took) {
  impl_->OnPlanComputed(parts, ops, took);
}

void ServerMetrics::OnConfigReload(bool ok) { impl_->OnConfigReload(ok); }

void ServerMetrics::AddSampled(std::vector<SampledMetric> metrics) {
  impl_->AddSampled(std::move(metrics));
}

void ServerMetrics::ClearSampled() { impl_->ClearSampled(); }

std::string ServerMetrics::Format() { return impl_->Format(); }

}  // namespace pipesched
