#include "clients/cli/service_info.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/text.h"
#include "clients/cli/json.h"
#include "clients/cli/summary.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"

namespace pipesched::cli {
namespace {

absl::string_view Describe(client::HealthStatus health) {
  switch (health) {
    case client::HealthStatus::kServing: return "SERVING";
    case client::HealthStatus::kNotServing: return "NOT_SERVING";
    case client::HealthStatus::kUnknown: break;
  }
  return "UNKNOWN";
}

// The embedded service has no health service beside it: it serves if it answers.
absl::StatusOr<client::HealthStatus> CheckEmbedded(const CommandContext& context,
                                                   const std::string& service) {
  if (!service.empty() && service != v1::ScheduleService::service_full_name()) {
    return absl::NotFoundError("the embedded service has no other name");
  }
  const auto info = context.client->GetServerInfo(context.call_options);
  if (!info.ok()) return info.status();
  return client::HealthStatus::kServing;
}

std::string FormatVersions(const v1::GetServerInfoResponse& own,
                           const v1::GetServerInfoResponse& service, const std::string& server) {
  const auto version = [](const v1::GetServerInfoResponse& info) {
    return absl::StrCat(info.version(), " (commit ", info.commit(), ")");
  };
  return FormatTable(
      {{"pipesched", version(own)},
       {"service",
        absl::StrCat(version(service), ", API ", service.api_version_high(), ", algorithm ",
                     service.algorithm_version(), ", ", server.empty() ? "embedded" : server)}},
      /*first_right=*/2);
}

}  // namespace

ExitCode RunSchedules(const CommandContext& context) {
  const auto kinds = context.client->ListScheduleKinds(context.call_options);
  if (!kinds.ok()) return context.FailCall(kinds.status());
  return context.Print(context.json ? ToJson(*kinds) : FormatKinds(*kinds));
}

ExitCode RunHealth(const CommandContext& context) {
  const std::string service = context.settings.Text(FlagId::kService);
  const auto health = context.server.empty()
                          ? CheckEmbedded(context, service)
                          : context.client->CheckHealth(service, context.call_options);
  if (absl::IsNotFound(health.status())) {
    return context.Fail(
        LocalFailure(ExitCode::kRefused, "SERVICE_UNKNOWN",
                     absl::NotFoundError(absl::StrCat("unknown service ", Quote(service)))));
  }
  if (!health.ok()) return context.FailCall(health.status());
  const absl::string_view status = Describe(*health);
  const ExitCode printed =
      context.Print(context.json ? absl::StrCat("{\"service\": ", JsonQuote(service),
                                                ", \"status\": \"", status, "\"}\n")
                                 : absl::StrCat(status, "\n"));
  if (printed != ExitCode::kOk) return printed;
  return status == "SERVING" ? ExitCode::kOk : ExitCode::kUnavailable;
}

ExitCode RunVersion(const CommandContext& context, const client::Client& embedded) {
  const auto own = embedded.GetServerInfo(context.call_options);
  if (!own.ok()) return context.FailCall(own.status());
  const auto service = context.client->GetServerInfo(context.call_options);
  if (!service.ok()) return context.FailCall(service.status());
  return context.Print(context.json
                           ? absl::StrCat("{\"client\": {\"version\": ", JsonQuote(own->version()),
                                          ", \"commit\": ", JsonQuote(own->commit()),
                                          "}, \"server\": ", ToJson(*service), "}\n")
                           : FormatVersions(*own, *service, context.server));
}

}  // namespace pipesched::cli
