// pipeschedd: the daemon. See --help, and docs/architecture.md for its parts.

#include <grpc/grpc.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "daemon/server.h"
#include "daemon/signals.h"
#include "daemon/version.h"

namespace pipesched {
namespace {

// Exit codes, of sysexits.h.
constexpr int kUsage = 64;
constexpr int kUnavailable = 69;
constexpr int kInternal = 70;

constexpr absl::Duration kDrain = absl::Seconds(25);

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "pipeschedd: %s\n", std::string(status.message()).c_str());
  return status.code() == absl::StatusCode::kInvalidArgument ? kUsage : kUnavailable;
}

// Keeps the memory of a finished request for the next one. Getting it from the
// kernel each time costs a third of a request of 64 x 512.
void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

int Run(const ServerOptions& options) {
  KeepFreedMemory();
  TerminationSignals signals;
  grpc_init();  // Never undone: undoing it can wait 10 s for a thread that polls for others.
  auto server = Server::Start(options);
  if (!server.ok()) return Fail(server.status());
  std::fprintf(stderr, "pipeschedd %s listening on %s\n", std::string(Version()).c_str(),
               absl::StrJoin((*server)->addresses(), " ").c_str());
  const int signal_number = signals.Wait();
  std::fprintf(stderr, "pipeschedd: signal %d, stopping\n", signal_number);
  (*server)->Stop(kDrain);
  return 0;
}

int RealMain(int argc, char** argv) {
  ServerOptions options;
  Limits& limits = options.service.limits;
  options.service.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  bool show_version = false;

  CLI::App app("Answers questions about pipeline-parallel training schedules over gRPC.",
               "pipeschedd");
  app.add_option("--listen", options.listen,
                 "Address to listen on: HOST:PORT (port 0: any free one) or unix:PATH; repeatable")
      ->type_name("ADDRESS")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->capture_default_str();
  app.add_option("--reflection", options.reflection, "Serve grpc.reflection.v1alpha")
      ->type_name("BOOL")
      ->capture_default_str();
  app.add_option("--workers", options.service.workers, "Threads that compute")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--queue", options.service.max_queued,
                 "Calls that may wait for a worker; more are refused with RESOURCE_EXHAUSTED")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--max-ops", limits.max_ops, "Most ops of a schedule")
      ->check(CLI::Range(1, 1 << 28))
      ->capture_default_str();
  app.add_option("--max-pixels", limits.max_picture_pixels, "Most pixels of a picture")
      ->check(CLI::Range(1, 1 << 30))
      ->capture_default_str();
  app.add_flag("--version", show_version, "Print the version and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "pipeschedd: %s\n", error.what());
    return kUsage;
  }
  if (show_version) {
    std::printf("pipeschedd %s (%s)\n", std::string(Version()).c_str(),
                std::string(Commit()).c_str());
    return 0;
  }
  return Run(options);
}

}  // namespace
}  // namespace pipesched

int main(int argc, char** argv) {
  try {
    return pipesched::RealMain(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pipeschedd: %s\n", error.what());
    return pipesched::kInternal;
  }
}
