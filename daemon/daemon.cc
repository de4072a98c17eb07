#include "daemon/daemon.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/text.h"
#include "daemon/listen_address.h"
#include "daemon/memory_guard.h"
#include "daemon/notify.h"
#include "daemon/observe/admin_server.h"
#include "daemon/signals.h"
#include "daemon/version.h"
#include "daemon/watchdog.h"

namespace pipesched {
namespace {

// A stop that takes longer than its own times and this is ended by force.
constexpr absl::Duration kStopMargin = absl::Seconds(2);

// How often a running daemon looks at what changes with time, and at TLS files, which new
// connections look at, too.
constexpr absl::Duration kHousekeeping = absl::Hours(1);
constexpr absl::Duration kTlsHousekeeping = absl::Seconds(5);

// Keeps the memory of a finished request for the next one. Getting it from the
// kernel each time costs a third of a request of 64 x 512.
void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

// Each connection takes a descriptor; the soft limit is for programs that use select().
void AllowManyDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// What holds keys leaves no core file.
void ForbidCoreFiles() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument: return EX_CONFIG;
    case absl::StatusCode::kUnavailable: return EX_UNAVAILABLE;
    case absl::StatusCode::kAborted: return EX_TEMPFAIL;
    case absl::StatusCode::kPermissionDenied: return EX_NOPERM;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition: return EX_CANTCREAT;
    default: return EX_SOFTWARE;
  }
}

std::string VersionJson() {
  return absl::StrCat("{\"version\": ", JsonQuote(Version()), ", \"commit\": ", JsonQuote(Commit()),
                      ", \"build\": ", JsonQuote(Build()), "}\n");
}

absl::string_view NameOf(DrainStep step) {
  switch (step) {
    case DrainStep::kNotServing: return "drain: health is NOT_SERVING";
    case DrainStep::kRefusing: return "drain: new calls are refused";
    case DrainStep::kWaiting: return "drain: waiting for calls in progress";
    case DrainStep::kCancelling: return "drain: calls in progress are cancelled";
    case DrainStep::kStopped: return "drain: stopped";
  }
  return "";
}

// What is told of a running server when metrics are read.
std::vector<SampledMetric> ServiceMetrics(ScheduleService& service) {
  const auto plans = [&service](int64_t PlanSource::Counts::*member) {
    return [&service, member] { return static_cast<double>(service.plan_counts().*member); };
  };
  using Counts = PlanSource::Counts;
  return {
      {"pipesched_inflight_requests", "Calls in progress.", false,
       [&service] { return static_cast<double>(service.calls_in_progress()); }},
      {"pipesched_queue_depth", "Jobs that wait for a worker.", false,
       [&service] { return static_cast<double>(service.jobs_queued()); }},
      {"pipesched_memory_reserved_bytes", "Memory promised to plans.", false,
       [&service] { return static_cast<double>(service.memory_reserved()); }},
      {"pipesched_memory_rejections_total", "Plans refused for lack of memory.", true,
       plans(&Counts::memory_refusals)},
      {"pipesched_cache_hits_total", "Plans found in the cache.", true, plans(&Counts::hits)},
      {"pipesched_cache_joined_total", "Plans that were being computed for another call.", true,
       plans(&Counts::joined)},
      {"pipesched_cache_misses_total", "Plans that had to be computed.", true,
       plans(&Counts::misses)},
      {"pipesched_cache_evictions_total", "Plans that made room.", true, plans(&Counts::evictions)},
      {"pipesched_cache_bytes", "Memory of the plans in the cache.", false,
       plans(&Counts::cache_bytes)},
  };
}

// Where the libraries' own complaints go: each has one function for all.
Logger* library_logger = nullptr;

void LogForGrpc(gpr_log_func_args* args) {
  const LogLevel level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning : LogLevel::kDebug;
  library_logger->Log(level, "grpc", {{"file", args->file}, {"text", args->message}});
}

// Says mostly that a request's text is no UTF-8, which the caller hears, too.
void LogForProtobuf(google::protobuf::LogLevel, const char* file, int, const std::string& text) {
  library_logger->Log(LogLevel::kDebug, "protobuf", {{"file", file}, {"text", text}});
}

class Daemon {
 public:
  Daemon(const Settings& settings, const DaemonOptions& options,
         std::function<LoadedSettings()> reload)
      : settings_(settings),
        options_(options),
        reload_(std::move(reload)),
        logger_(options.log_format, options.log_level),
        call_log_(options.call_log, logger_, metrics_) {
    library_logger = &logger_;
    gpr_set_log_function(LogForGrpc);
    google::protobuf::SetLogHandler(LogForProtobuf);
  }

  ~Daemon() {
    gpr_set_log_function(nullptr);
    google::protobuf::SetLogHandler(nullptr);
  }

  int Run() {
    absl::Status status = Start();
    if (!status.ok()) {
      logger_.Log(LogLevel::kError, status.message());
      return ExitCodeOf(status);
    }
    const int signal_number = WaitForTermination();
    Stop(signal_number);
    return EX_OK;
  }

 private:
  absl::Status Start() {
    LogStart();
    ServerOptions server_options = options_.server;
    server_options.service.observer = &call_log_;
    server_options.on_refused_uid = [this](uid_t uid) {
      logger_.Log(LogLevel::kWarning, "connection refused", {{"uid", int64_t{uid}}});
    };
    server_options.on_tls_reload = [this](const absl::Status& status) { LogTlsReload(status); };
    auto server = Server::Start(server_options);
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    guard_ = std::make_unique<MemoryGuard>(MemoryGuard::Options{
        server_->addresses(), options_.max_memory_bytes, [this](int64_t resident, int broken) {
          logger_.Log(LogLevel::kWarning, "too much memory: connections that send most are broken",
                      {{"resident_bytes", resident}, {"connections", int64_t{broken}}});
        }});
    AddMetrics();
    if (!options_.admin_listen.empty()) {
      auto admin = AdminServer::Start(options_.admin_listen,
                                      {.metrics = [this] { return metrics_.Format(); },
                                       .is_ready = [this] { return drain_state_ == 0; },
                                       .checks = [this] { return Checks(); },
                                       .version = VersionJson,
                                       .config = [this] { return FormatSettings(settings_); }});
      if (!admin.ok()) return admin.status();
      admin_ = *std::move(admin);
      logger_.LogAlways(absl::StrCat("admin listening on ", admin_->address()));
      if (IsPublicAddress(options_.admin_listen)) {
        logger_.Log(LogLevel::kWarning,
                    "the admin listener asks for no password, and others can reach it: let only "
                    "those who may read metrics and configuration");
      }
    }
    logger_.Log(LogLevel::kInfo, "health is SERVING",
                {{"reason", "listening, and the self-test passed"}});
    LookAtTls();
    logger_.LogAlways(absl::StrCat("listening on ", absl::StrJoin(server_->addresses(), " ")));
    NotifyManager("READY=1");
    return absl::OkStatus();
  }

  void LogStart() {
    const ServiceOptions& service = options_.server.service;
    logger_.Log(LogLevel::kInfo, "starting",
                {{"version", std::string(Version())},
                 {"commit", std::string(Commit())},
                 {"build", std::string(Build())},
                 {"pid", int64_t{getpid()}},
                 {"listen", absl::StrJoin(options_.server.listen, " ")},
                 {"admin_listen", options_.admin_listen.empty() ? "off" : options_.admin_listen},
                 {"tls", options_.tls == nullptr                                ? "off"
                         : options_.tls->material()->client_authorities.empty() ? "server"
                                                                                : "mutual"},
                 {"revocation_lists", settings_.Find(FlagId::kTlsCrlDir) != nullptr},
                 {"tokens", options_.tokens != nullptr},
                 {"allowed_names", static_cast<int64_t>(settings_.Texts(FlagId::kAllowSan).size())},
                 {"allowed_users", static_cast<int64_t>(options_.server.allowed_uids.size())},
                 {"workers", int64_t{service.workers}},
                 {"queue", int64_t{service.max_queued}},
                 {"cache_bytes", service.cache_bytes},
                 {"plan_memory_bytes", service.memory_bytes},
                 {"max_memory_bytes", options_.max_memory_bytes},
                 {"max_ops", int64_t{service.limits.max_ops}},
                 {"max_pixels", int64_t{service.limits.max_picture_pixels}},
                 {"max_rpc_duration", absl::FormatDuration(service.max_rpc_duration)},
                 {"reflection", options_.server.reflection}});
    for (const Flag& flag : AllFlags()) {
      const Setting* setting = settings_.Find(flag.id);
      if (setting == nullptr) continue;
      logger_.Log(LogLevel::kInfo, "setting",
                  {{"name", std::string(flag.name)},
                   {"value", absl::StrJoin(setting->texts, ",")},
                   {"origin", setting->origin}});
    }
    if (options_.has_insecure_public_listener) {
      logger_.Log(LogLevel::kWarning,
                  "listening without TLS where others can reach it (--insecure-allow-public-bind)");
    }
  }

  void AddMetrics() {
    metrics_.AddSampled(ProcessMetrics());
    metrics_.AddSampled(ServiceMetrics(server_->service()));
    metrics_.AddSampled(
        {{"pipesched_drain_state", "0 serving, 1 not serving, 2 refusing, 3 stopped.", false,
          [this] { return static_cast<double>(drain_state_.load()); }},
         {"pipesched_connections_broken_total",
          "Connections broken since the process held more than --max-memory.", true,
          [this] { return static_cast<double>(guard_->broken()); }},
         {"pipesched_insecure_public_bind",
          "1 if it listens without TLS where others can reach it.", false,
          [this] { return options_.has_insecure_public_listener ? 1.0 : 0.0; }}});
    if (options_.tls == nullptr) return;
    metrics_.AddSampled(
        {{"pipesched_tls_certificate_expiry_timestamp_seconds", "End of the certificate in use.",
          false,
          [tls = options_.tls] {
            return static_cast<double>(absl::ToUnixSeconds(tls->material()->expiry));
          }},
         {"pipesched_tls_reload_failures_total", "TLS files that were wrong when they changed.",
          true, [tls = options_.tls] { return static_cast<double>(tls->failed_reloads()); }}});
  }

  void LogTlsReload(const absl::Status& status) {
    if (status.ok()) {
      logger_.Log(LogLevel::kInfo, "TLS files were read again");
    } else {
      logger_.Log(LogLevel::kError, "TLS files are wrong; the last right ones stay in use",
                  {{"error", std::string(status.message())}});
    }
  }

  // Old connections hear of revocations by this.
  void LookAtTls() {
    if (options_.tls == nullptr) return;
    const absl::Status status = options_.tls->Reload();
    if (!status.ok()) LogTlsReload(status);
    const auto material = options_.tls->material();
    WarnOfExpiry(material->expiry);
    const bool is_stale = material->revoked && material->revoked->next_update() < absl::Now();
    if (is_stale && !warned_of_stale_list_) {
      logger_.Log(LogLevel::kWarning, "a certificate revocation list is past its next update",
                  {{"next_update", absl::FormatTime(material->revoked->next_update())}});
    }
    warned_of_stale_list_ = is_stale;
  }

  void WarnOfExpiry(absl::Time expiry) {
    const absl::Duration left = expiry - absl::Now();
    const auto days = static_cast<int64_t>(left / absl::Hours(24));
    for (const int64_t threshold : {1, 7, 30}) {
      if (days >= threshold) continue;
      if (warned_days_ <= threshold) return;
      warned_days_ = threshold;
      logger_.Log(LogLevel::kWarning, "the TLS certificate expires soon", {{"days", days}});
      return;
    }
    warned_days_ = kNotWarned;
  }

  // What an operator looks at first; of these only the first one ends readiness.
  std::vector<HealthCheck> Checks() {
    std::vector<HealthCheck> checks = {
        {"serving", drain_state_ == 0, drain_state_ == 0 ? "" : "stopping"},
        {"configuration", is_configuration_right_,
         is_configuration_right_ ? "" : "the last reload was wrong; the one before it is in use"},
        {"load", true,
         absl::StrCat(server_->service().calls_in_progress(), " calls in progress, ",
                      server_->service().jobs_queued(), " jobs wait")}};
    if (options_.tls == nullptr) return checks;
    const absl::Time expiry = options_.tls->material()->expiry;
    checks.push_back({"tls", expiry > absl::Now() && options_.tls->is_current(),
                      absl::StrCat("certificate until ", absl::FormatTime(expiry),
                                   options_.tls->is_current() ? "" : "; newer files are wrong")});
    return checks;
  }

  // Returns SIGINT or SIGTERM.
  int WaitForTermination() {
    const absl::Duration pause =
        std::min(WatchdogInterval(), options_.tls != nullptr ? kTlsHousekeeping : kHousekeeping);
    while (true) {
      const int signal_number = Signals::Wait(pause);
      if (signal_number == SIGHUP) {
        Reload();
      } else if (signal_number != 0) {
        return signal_number;
      }
      LookAtTls();
      // Not sent if the service's lock is stuck.
      if (server_->service().calls_in_progress() >= 0) NotifyManager("WATCHDOG=1");
    }
  }

  // Takes over the log level, limits, tokens and TLS files; names what needs a restart.
  void Reload() {
    LoadedSettings loaded = reload_();
    std::vector<std::string> problems = loaded.usage_problems;
    problems.insert(problems.end(), loaded.config_problems.begin(), loaded.config_problems.end());
    ToOptions(loaded.settings, problems);
    if (options_.tokens != nullptr) AddProblem(options_.tokens->Reload(), problems);
    if (options_.tls != nullptr) AddProblem(options_.tls->Reload(), problems);
    metrics_.OnConfigReload(problems.empty());
    is_configuration_right_ = problems.empty();
    if (!problems.empty()) {
      for (const std::string& problem : problems) {
        logger_.Log(LogLevel::kError, "the new configuration is wrong and not taken over",
                    {{"error", problem}});
      }
      return;
    }
    logger_.SetLevel(ParseLogLevel(loaded.settings.Text(FlagId::kLogLevel)));
    server_->service().SetLimits(ToLimits(loaded.settings));
    logger_.Log(LogLevel::kInfo, "the configuration was read again",
                {{"needs_restart", absl::StrJoin(NeedRestart(loaded.settings), " ")}});
  }

  static void AddProblem(const absl::Status& status, std::vector<std::string>& problems) {
    if (status.ok()) return;
    const std::string problem(status.message());
    if (std::find(problems.begin(), problems.end(), problem) == problems.end()) {
      problems.push_back(problem);
    }
  }

  std::vector<std::string> NeedRestart(const Settings& now) const {
    constexpr FlagId kReloaded[] = {FlagId::kLogLevel, FlagId::kMaxOps, FlagId::kMaxPixels};
    std::vector<std::string> names;
    for (const Flag& flag : AllFlags()) {
      const bool taken =
          std::find(std::begin(kReloaded), std::end(kReloaded), flag.id) != std::end(kReloaded);
      if (!taken && now.Texts(flag.id) != settings_.Texts(flag.id)) names.push_back(LongName(flag));
    }
    return names;
  }

  void Stop(int signal_number) {
    logger_.Log(LogLevel::kInfo, absl::StrCat("signal ", signal_number, ", stopping"),
                {{"drain_delay", absl::FormatDuration(options_.drain_delay)},
                 {"drain_timeout", absl::FormatDuration(options_.drain_timeout)}});
    NotifyManager("STOPPING=1");
    Signals::ExitOnTermination();
    watchdog_.emplace(options_.drain_delay + options_.drain_timeout + kStopMargin);
    server_->Stop(options_.drain_delay, options_.drain_timeout, [this](DrainStep step, int calls) {
      drain_state_ = step == DrainStep::kNotServing ? 1 : step == DrainStep::kStopped ? 3 : 2;
      logger_.Log(LogLevel::kInfo, NameOf(step), {{"calls_in_progress", int64_t{calls}}});
    });
    // Last, so that the final metrics tell of the drain.
    admin_.reset();
  }

  static constexpr int64_t kNotWarned = 1000;

  std::optional<Watchdog> watchdog_;  // First: it waits for the end of all the rest.
  const Settings settings_;
  const DaemonOptions options_;
  const std::function<LoadedSettings()> reload_;
  Logger logger_;
  ServerMetrics metrics_;
  CallLog call_log_;
  std::atomic<int> drain_state_ = 0;
  std::atomic<bool> is_configuration_right_ = true;
  int64_t warned_days_ = kNotWarned;
  bool warned_of_stale_list_ = false;
  std::unique_ptr<Server> server_;
  std::unique_ptr<MemoryGuard> guard_;  // Breaks the server's connections.
  std::unique_ptr<AdminServer> admin_;  // After what its pages read.
};

}  // namespace

int RunDaemon(const Settings& settings, const DaemonOptions& options,
              const std::function<LoadedSettings()>& reload) {
  KeepFreedMemory();
  AllowManyDescriptors();
  if (options.tls != nullptr || options.tokens != nullptr) ForbidCoreFiles();
  Signals::Block();  // Before gRPC starts threads.
  grpc_init();       // Never undone: undoing it can wait 10 s for a thread that polls for others.
  return Daemon(settings, options, reload).Run();
}

}  // namespace pipesched
