// pipesched: computes, checks and draws pipeline-parallel training schedules,
// with a daemon or without one.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/run.h"
#include "daemon/embedded.h"

int main(int argc, char** argv) {
  std::unique_ptr<pipesched::EmbeddedService> service;
  const auto start = [&]() -> absl::StatusOr<std::shared_ptr<grpc::Channel>> {
    auto started = pipesched::EmbeddedService::Start();
    if (!started.ok()) return started.status();
    service = *std::move(started);
    return service->channel();
  };
  return pipesched::cli::Run(std::vector<std::string>(argv + 1, argv + argc), start);
}
