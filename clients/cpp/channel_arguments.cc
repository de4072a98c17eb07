#include "clients/cpp/channel_arguments.h"

#include "pipesched/client/client.h"

namespace pipesched::client {
namespace {

// Every call is a pure function of its request, so all may be tried again; for
// RESOURCE_EXHAUSTED see retry.h. A name of several addresses is several daemons,
// whose answers are equal.
constexpr char kServiceConfig[] = R"({
  "methodConfig": [{
    "name": [{"service": "pipesched.v1.ScheduleService"}],
    "retryPolicy": {
      "maxAttempts": 5,
      "initialBackoff": "0.1s",
      "maxBackoff": "2s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }],
  "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
  "loadBalancingConfig": [{"round_robin": {}}]
})";

}  // namespace

grpc::ChannelArguments DefaultChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetServiceConfigJSON(kServiceConfig);
  arguments.SetUserAgentPrefix("pipesched-cpp/" PIPESCHED_VERSION);
  return arguments;
}

}  // namespace pipesched::client
