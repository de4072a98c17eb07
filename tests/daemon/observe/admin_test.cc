// What an operator sees of a real pipeschedd: pages, metrics, logs.

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "daemon/reasons.h"
#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.grpc.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http_get.h"
#include "tests/daemon/requests.h"
#include "tests/support/process.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

class AdminTest : public testing::Test {
 protected:
  void Start(std::vector<std::string> flags = {}) {
    flags.insert(flags.end(), {"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"});
    daemon_.emplace(std::move(flags));
    channel_ = client::MakeChannel(daemon_->addresses[0]);
  }

  // The value of a series, NaN if it is not there.
  double Metric(const std::string& series) const {
    const std::string metrics = absl::StrCat("\n", HttpGet(daemon_->admin, "/metrics").body);
    const size_t found = metrics.find(absl::StrCat("\n", series, " "));
    return found == metrics.npos ? std::nan("")
                                 : std::atof(metrics.c_str() + found + series.size() + 2);
  }

  // A call is counted after it is answered.
  void WaitForMetric(const std::string& series, double value) const {
    while (Metric(series) != value) std::this_thread::yield();
  }

  std::optional<Daemon> daemon_;
  std::shared_ptr<grpc::Channel> channel_;
};

constexpr char kSmall[] =
    "pipeline { num_stages: 4 num_microbatches: 8 } schedule { kind: SCHEDULE_KIND_1F1B } ";

std::string Handled(const std::string& method, const std::string& code) {
  return absl::StrCat("grpc_server_handled_total{grpc_code=\"", code, "\",grpc_method=\"", method,
                      "\",grpc_service=\"pipesched.v1.ScheduleService\",grpc_type=\"unary\"}");
}

TEST_F(AdminTest, HasItsPages) {
  Start();
  EXPECT_EQ(HttpGet(daemon_->admin, "/livez").body, "ok\n");
  EXPECT_EQ(HttpGet(daemon_->admin, "/readyz").body, "ok\n");
  EXPECT_EQ(HttpGet(daemon_->admin, "/healthz").body, "ok\n");
  EXPECT_EQ(HttpGet(daemon_->admin, "/healthz?verbose").body,
            "[+]serving ok\n[+]configuration ok\n[+]load ok: 0 calls in progress, 0 jobs wait\n"
            "healthz ok\n");
  EXPECT_THAT(HttpGet(daemon_->admin, "/version").body,
              AllOf(HasSubstr("\"version\": \""), HasSubstr("\"build\": \"")));
  EXPECT_THAT(HttpGet(daemon_->admin, "/config").body, HasSubstr("drain_timeout: 25s"));
  EXPECT_EQ(HttpGet(daemon_->admin, "/").code, 404);
  EXPECT_EQ(HttpGet(daemon_->admin, "/../etc/passwd").code, 404);
  EXPECT_EQ(HttpGet(daemon_->admin, "/metrics", "POST").code, 405);
  const HttpAnswer head = HttpGet(daemon_->admin, "/livez", "HEAD");
  EXPECT_EQ(head.code, 200);
  EXPECT_EQ(head.body, "");
}

TEST_F(AdminTest, IsOffUnlessAskedFor) {
  const Daemon daemon({"--listen", "127.0.0.1:0"});
  EXPECT_EQ(daemon.admin, "");
}

TEST_F(AdminTest, ItsPortIsExclusiveToo) {
  Start();
  const ProcessResult second =
      RunDaemon({"--listen", "127.0.0.1:0", "--admin-listen", daemon_->admin});
  EXPECT_EQ(second.exit_code, 69);
  EXPECT_THAT(second.err, HasSubstr("cannot listen on " + daemon_->admin));
}

// Every method with every code, and every reason, is there before the first call.
TEST_F(AdminTest, SeriesExistFromTheStart) {
  Start();
  for (const char* method : {"ComputeSchedule", "RenderSchedule", "ExportSchedule",
                             "ListScheduleKinds", "GetServerInfo"}) {
    for (const char* code : {"OK", "InvalidArgument", "ResourceExhausted", "Internal"}) {
      EXPECT_EQ(Metric(Handled(method, code)), 0) << method << " " << code;
    }
  }
  for (const ReasonInfo& info : AllReasons()) {
    EXPECT_EQ(Metric(absl::StrCat("pipesched_rejected_total{reason=\"", info.reason, "\"}")), 0);
  }
}

TEST_F(AdminTest, CountsWhatCallersWereTold) {
  Start();
  const client::Client client(channel_);
  EXPECT_THAT(client.ComputeSchedule(Parse<v1::ComputeScheduleRequest>(kSmall)), IsOk());
  EXPECT_THAT(client.ComputeSchedule(Parse<v1::ComputeScheduleRequest>(kSmall)), IsOk());
  EXPECT_FALSE(client.ComputeSchedule({}).ok());
  WaitForMetric(Handled("ComputeSchedule", "OK"), 2);
  WaitForMetric(Handled("ComputeSchedule", "InvalidArgument"), 1);
  EXPECT_EQ(Metric("pipesched_rejected_total{reason=\"INVALID_REQUEST\"}"), 1);
  EXPECT_EQ(Metric("pipesched_cache_misses_total"), 1);
  EXPECT_EQ(Metric("pipesched_cache_hits_total"), 1);
  EXPECT_GT(Metric("pipesched_cache_bytes"), 0);
  EXPECT_EQ(Metric("pipesched_inflight_requests"), 0);
  EXPECT_GT(Metric("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(Metric("process_open_fds"), 3);
  EXPECT_GT(Metric("process_start_time_seconds"), 1e9);
}

TEST_F(AdminTest, MeasuresPlansAndPictures) {
  Start();
  const client::Client client(channel_);
  const auto picture = client.RenderSchedule(
      Parse<v1::RenderScheduleRequest>(absl::StrCat(kSmall, "format: RENDER_FORMAT_PNG")));
  ASSERT_THAT(picture, IsOk());
  WaitForMetric("pipesched_render_pixels_count", 1);
  EXPECT_EQ(Metric("pipesched_render_pixels_sum"), picture->width() * picture->height());
  EXPECT_THAT(client.RenderSchedule(Parse<v1::RenderScheduleRequest>(
                  absl::StrCat(kSmall, "format: RENDER_FORMAT_TEXT"))),
              IsOk());
  WaitForMetric(Handled("RenderSchedule", "OK"), 2);
  EXPECT_EQ(Metric("pipesched_render_pixels_count"), 1);  // A text has no pixels.
  EXPECT_EQ(Metric("pipesched_schedule_ops_count"), 1);   // One plan for both.
  EXPECT_EQ(Metric("pipesched_schedule_ops_sum"), 2 * 4 * 8);
}

// A call that its caller has given up is no success, whatever the server did.
TEST_F(AdminTest, AnAnswerThatNobodyWaitedForIsNotOk) {
  Start({"--max-rpc-duration", "60s"});
  const client::Client client(channel_);
  EXPECT_THAT(client.ComputeSchedule(Parse<v1::ComputeScheduleRequest>(
                                         "pipeline { num_stages: 4096 num_microbatches: 2048 } "
                                         "schedule { kind: SCHEDULE_KIND_1F1B }"),
                                     {.timeout = absl::Milliseconds(50)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded, testing::_));
  const auto ended = [&] {
    return Metric(Handled("ComputeSchedule", "DeadlineExceeded")) +
           Metric(Handled("ComputeSchedule", "Canceled"));
  };
  while (ended() == 0) std::this_thread::yield();
  EXPECT_EQ(Metric(Handled("ComputeSchedule", "OK")), 0);
}

// Names that callers make up are one series.
TEST_F(AdminTest, UnknownMethodsAreOneSeries) {
  Start();
  grpc::GenericStub stub(channel_);
  for (const char* method : {"/x.Y/Z", "/pipesched.v1.ScheduleService/Nothing"}) {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(), &queue);
    call->StartCall();
    grpc::ByteBuffer reply;
    grpc::Status status;
    call->Finish(&reply, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  }
  WaitForMetric(
      "grpc_server_handled_total{grpc_code=\"Unimplemented\",grpc_method=\"other\",grpc_service="
      "\"other\",grpc_type=\"unary\"}",
      2);
}

// HELP and TYPE of every family, each series once.
TEST_F(AdminTest, ACallCanAskForAPlanOfItsOwn) {
  Start();
  const auto stub = v1::ScheduleService::NewStub(channel_);
  const auto request = Parse<v1::ComputeScheduleRequest>(kSmall);
  std::set<std::string> digests;
  for (const char* control : {"no-cache", "max-age=0, No-Cache", "", "max-age=60"}) {
    grpc::ClientContext context;
    if (*control != '\0') context.AddMetadata("cache-control", control);
    v1::ComputeScheduleResponse response;
    EXPECT_TRUE(stub->ComputeSchedule(&context, request, &response).ok());
    digests.insert(response.digest());
  }
  EXPECT_EQ(digests.size(), 1u);
  WaitForMetric(Handled("ComputeSchedule", "OK"), 4);
  EXPECT_EQ(Metric("pipesched_cache_misses_total"), 3);
  EXPECT_EQ(Metric("pipesched_cache_hits_total"), 1);
}

// Promised: 100 ms.
TEST_F(AdminTest, IsAnsweredWhileAllWorkersAreBusy) {
  Start({"--workers", "1", "--queue", "8"});
  const client::Client client(channel_);
  std::vector<std::thread> callers;
  std::atomic<int> running = 4;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&, i] {
      auto request = Parse<v1::ComputeScheduleRequest>(
          "pipeline { num_stages: 4096 num_microbatches: 1024 } "
          "schedule { kind: SCHEDULE_KIND_1F1B }");
      request.mutable_pipeline()->set_p2p_time(i);  // each its own plan
      EXPECT_THAT(client.ComputeSchedule(request), IsOk());
      --running;
    });
  }
  while (Metric("pipesched_inflight_requests") < 4) std::this_thread::yield();
  int rounds = 0;
  for (; running > 0 && rounds < 20; ++rounds) {
    for (const char* path : {"/metrics", "/readyz", "/healthz?verbose"}) {
      const absl::Time start = absl::Now();
      EXPECT_EQ(HttpGet(daemon_->admin, path).code, 200) << path;
      EXPECT_LT(absl::Now() - start, WithSlack(absl::Milliseconds(100))) << path;
    }
  }
  EXPECT_GT(rounds, 0);
  for (std::thread& caller : callers) caller.join();
}

TEST_F(AdminTest, MetricsAreWellFormed) {
  Start();
  EXPECT_THAT(client::Client(channel_).GetServerInfo(), IsOk());
  const HttpAnswer answer = HttpGet(daemon_->admin, "/metrics");
  EXPECT_THAT(answer.head, HasSubstr("text/plain; version=0.0.4"));
  std::set<std::string> helped;
  std::set<std::string> typed;
  std::set<std::string> series;
  for (const absl::string_view line : absl::StrSplit(answer.body, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 3));
    if (words[0] == "#") {
      EXPECT_TRUE((words[1] == "HELP" ? helped : typed).insert(words[2]).second) << line;
      continue;
    }
    const size_t end = line.rfind(' ');
    EXPECT_TRUE(series.insert(std::string(line.substr(0, end))).second) << line;
    double value = 0;
    EXPECT_TRUE(absl::SimpleAtod(line.substr(end + 1), &value)) << line;
  }
  EXPECT_EQ(helped, typed);
  EXPECT_GT(helped.size(), 25u);
}

// Prometheus' own checker has nothing to say.
TEST_F(AdminTest, PromtoolIsSatisfied) {
  if (access("/usr/bin/promtool", X_OK) != 0) {
    const char* ci = std::getenv("CI");
    ASSERT_TRUE(ci == nullptr || std::string(ci) != "true") << "promtool is missing";
    GTEST_SKIP() << "promtool is missing";
  }
  Start();
  ProcessOptions options;
  options.input = HttpGet(daemon_->admin, "/metrics").body;
  const ProcessResult result = RunProcess({"/usr/bin/promtool", "check", "metrics"}, options);
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_EQ(result.err + result.out, "");
}

// The caller's request id goes through answer and log; without one there is a new one.
TEST_F(AdminTest, RequestIdsAreInAnswersAndLogs) {
  Start({"--log-format", "text"});
  const auto stub = v1::ScheduleService::NewStub(channel_);
  constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto ask = [&](const std::string& id) {
    grpc::ClientContext context;
    context.AddMetadata("x-request-id", id);
    context.AddMetadata("traceparent", kTrace);
    v1::GetServerInfoResponse response;
    EXPECT_TRUE(stub->GetServerInfo(&context, {}, &response).ok());
    const auto found = context.GetServerInitialMetadata().find("x-request-id");
    EXPECT_NE(found, context.GetServerInitialMetadata().end());
    return std::string(found->second.data(), found->second.size());
  };
  EXPECT_EQ(ask("job-7.rank:3_a"), "job-7.rank:3_a");
  const std::string line = daemon_->process.WaitForStderrLine("request_id=job-7.rank:3_a");
  EXPECT_THAT(line, HasSubstr("method=GetServerInfo"));
  EXPECT_THAT(line, HasSubstr("code=OK"));
  EXPECT_THAT(line, HasSubstr(absl::StrCat("traceparent=", kTrace)));
  for (const std::string& bad : {std::string(65, 'a'), std::string("a b"), std::string("a\"b")}) {
    EXPECT_THAT(ask(bad), testing::MatchesRegex("[0-9a-f]{16}"));
  }
}

TEST_F(AdminTest, JsonLogsAreAnObjectALine) {
  Daemon daemon({"--listen", "127.0.0.1:0"});
  ProcessOptions options;
  Process process(DaemonArgv({"--listen", "127.0.0.1:0", "--log-format", "json"}), options);
  const std::string line = process.WaitForStderrLine("\"msg\": \"listening on ");
  const std::string address = RestOfLine(line, "listening on ");
  const client::Client client(client::MakeChannel(address.substr(0, address.find('"'))));
  EXPECT_FALSE(client.ComputeSchedule({}).ok());
  EXPECT_NE(process.WaitForStderrLine("INVALID_REQUEST"), "");
  process.Signal(SIGTERM);
  const ProcessResult result = process.Wait();
  EXPECT_EQ(result.exit_code, 0);
  for (const absl::string_view text : absl::StrSplit(result.err, '\n', absl::SkipEmpty())) {
    google::protobuf::Struct parsed;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(std::string(text), &parsed).ok())
        << text;
    for (const char* key : {"ts", "level", "msg"}) EXPECT_TRUE(parsed.fields().contains(key));
  }
}

TEST_F(AdminTest, TheAccessLogIsASwitch) {
  Start({"--access-log", "failed"});
  const client::Client client(channel_);
  EXPECT_THAT(client.GetServerInfo(), IsOk());
  EXPECT_FALSE(client.ComputeSchedule({}).ok());
  EXPECT_NE(daemon_->process.WaitForStderrLine("method=ComputeSchedule"), "");
  daemon_->process.Signal(SIGTERM);
  EXPECT_THAT(daemon_->process.Wait().err, testing::Not(HasSubstr("method=GetServerInfo")));
}

TEST_F(AdminTest, SlowCallsAreWarnings) {
  Start({"--slow-request", "0s", "--access-log", "failed"});
  EXPECT_THAT(client::Client(channel_).GetServerInfo(), IsOk());
  EXPECT_THAT(daemon_->process.WaitForStderrLine("slow call"), HasSubstr(" warning "));
}

// SIGHUP takes over what it can, names the rest, and leaves all as it is if anything
// is wrong.
TEST_F(AdminTest, ReloadsOnSighup) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("d.yaml", "max_ops: 1000\nqueue: 7\n");
  Start({"--config", file});
  const client::Client client(channel_);
  folder.Write("d.yaml", "max_ops: 2000\nqueue: 8\nlog_level: debug\n");
  daemon_->process.Signal(SIGHUP);
  EXPECT_THAT(daemon_->process.WaitForStderrLine("the configuration was read again"),
              HasSubstr("needs_restart=--queue"));
  auto info = client.GetServerInfo();
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->limits().max_ops(), 2000);
  folder.Write("d.yaml", "max_ops: 3000\nqueeu: 8\n");
  daemon_->process.Signal(SIGHUP);
  EXPECT_THAT(daemon_->process.WaitForStderrLine("not taken over"), HasSubstr("queeu"));
  info = client.GetServerInfo();
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->limits().max_ops(), 2000);
  EXPECT_EQ(Metric("pipesched_config_reload_failures_total"), 1);
  const HttpAnswer health = HttpGet(daemon_->admin, "/healthz");
  EXPECT_EQ(health.code, 503);
  EXPECT_THAT(health.body, HasSubstr("[-]configuration failed: the last reload was wrong"));
  EXPECT_EQ(HttpGet(daemon_->admin, "/readyz").code, 200);
  folder.Write("d.yaml", "max_ops: 3000\n");
  daemon_->process.Signal(SIGHUP);
  do {
    std::this_thread::yield();
    info = client.GetServerInfo();
    ASSERT_THAT(info, IsOk());
  } while (info->limits().max_ops() != 3000);
  EXPECT_EQ(HttpGet(daemon_->admin, "/healthz").code, 200);
}

}  // namespace
}  // namespace pipesched
