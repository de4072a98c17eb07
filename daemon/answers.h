#ifndef PIPESCHED_DAEMON_ANSWERS_H_
#define PIPESCHED_DAEMON_ANSWERS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/stopwatch.h"
#include "daemon/call.h"
#include "daemon/calls.h"
#include "daemon/handlers.h"
#include "daemon/jobs.h"
#include "daemon/planner.h"
#include "daemon/reactors.h"
#include "daemon/service.h"

namespace pipesched {

// The ways in which RPCs are answered: one of its functions is the body of an RPC's
// method. All of them authorize the call, count it, tell the observer, and refuse it
// when the server stops or has too much to do.
class Answers {
 public:
  explicit Answers(const ServiceOptions& options)
      : calls_(options), jobs_(options.workers, options.max_queued), planner_(options, jobs_) {}

  // For what takes microseconds: `work` runs on the thread that the call arrived on.
  template <typename Response>
  grpc::ServerUnaryReactor* AtOnce(grpc::CallbackServerContext* context, absl::string_view method,
                                   Response* response,
                                   const std::function<void(const Limits&)>& work) {
    auto* reactor = new UnaryReactor(calls_, context, method, response);
    if (!reactor->IsAllowed()) return reactor;
    reactor->FinishWith(RunGuarded(reactor->call(), [&] {
      work(reactor->call().limits());
      return absl::OkStatus();
    }));
    return reactor;
  }

  // Answers from the request's plan, which may be cached or under way. Needs Prepare
  // and Answer for these types in handlers.h.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* FromPlan(grpc::CallbackServerContext* context, absl::string_view method,
                                     JobKind kind, const Request* request, Response* response) {
    auto* reactor = new UnaryReactor(calls_, context, method, response);
    if (!reactor->IsAllowed()) return reactor;
    planner_.Follow(
        reactor->call(), *request, kind,
        [reactor, request, response](const Plans& plans, const std::vector<int>& ranks) {
          Call& call = reactor->call();
          const auto abandoned = [&call] { return call.Abandoned(); };
          absl::Status status =
              AnswerFrom(plans, ranks, *request, CallContext{call.limits(), abandoned}, *response);
          if constexpr (std::is_same_v<Request, v1::RenderScheduleRequest>) {
            if (status.ok()) call.record().pixels = PicturePixels(*request, *response);
          }
          return status;
        },
        [reactor](const absl::Status& status) { reactor->FinishWith(status); });
    return reactor;
  }

  // Sends the messages of the request's plan. Needs Prepare for this type.
  template <typename Request, typename Response>
  grpc::ServerWriteReactor<Response>* StreamFromPlan(grpc::CallbackServerContext* context,
                                                     absl::string_view method,
                                                     const Request* request) {
    auto* reactor = new StreamReactor<Response>(calls_, context, method);
    if (!reactor->IsAllowed()) return reactor;
    // Freed with the reactor, which keeps it.
    auto stream = std::make_shared<std::unique_ptr<ScheduleStream>>();
    const auto send_next = [reactor, stream] {
      Response message;
      bool more = false;
      const absl::Status status = RunGuarded(reactor->call(), [&] {
        more = (*stream)->Next(message);
        return absl::OkStatus();
      });
      more&& status.ok() ? reactor->Send(std::move(message)) : reactor->FinishWith(status);
    };
    reactor->set_on_taken(send_next);
    planner_.Follow(
        reactor->call(), *request, kAnswerJob,
        [stream](const Plans& plans, const std::vector<int>& ranks) {
          *stream = OpenStream(plans[0], ranks);
          return absl::OkStatus();
        },
        [reactor, send_next](const absl::Status& status) {
          status.ok() ? send_next() : reactor->FinishWith(status);
        });
    return reactor;
  }

  // Runs `work`, which fills the response, as a job of a kind of its own. `job.parts`
  // is what it is expected to take, from what the request claims; a job of more than
  // kInlineParts waits for a worker. `bytes`, the most memory that it takes, is reserved
  // before that. `work` polls the context's `cancelled`.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* ByWork(grpc::CallbackServerContext* context, absl::string_view method,
                                   const Job& job, int64_t bytes, const Request* request,
                                   Response* response,
                                   std::function<absl::Status(CallContext)> work) {
    auto* reactor = new UnaryReactor(calls_, context, method, response);
    if (!reactor->IsAllowed()) return reactor;
    reactor->call().record().request_bytes = static_cast<int64_t>(request->ByteSizeLong());
    RunWork(reactor, job, bytes, std::move(work));
    return reactor;
  }

  // As ByWork, for work that sends messages while it runs, few and small: those that
  // the peer has not taken yet are kept.
  template <typename Request, typename Response>
  grpc::ServerWriteReactor<Response>* StreamByWork(
      grpc::CallbackServerContext* context, absl::string_view method, const Job& job, int64_t bytes,
      const Request* request,
      std::function<absl::Status(CallContext, const std::function<void(Response)>& send)> work) {
    auto* reactor = new StreamReactor<Response>(calls_, context, method);
    if (!reactor->IsAllowed()) return reactor;
    reactor->call().record().request_bytes = static_cast<int64_t>(request->ByteSizeLong());
    RunWork(reactor, job, bytes, [reactor, work = std::move(work)](CallContext call) {
      return work(call, [reactor](Response message) { reactor->Send(std::move(message)); });
    });
    return reactor;
  }

  Calls& calls() { return calls_; }
  const Jobs& jobs() const { return jobs_; }
  const Planner& planner() const { return planner_; }

 private:
  template <typename Reactor>
  void RunWork(Reactor* reactor, const Job& job, int64_t bytes,
               std::function<absl::Status(CallContext)> work) {
    Call& call = reactor->call();
    auto memory = planner_.Reserve(bytes);
    if (!memory.ok()) return reactor->FinishWith(memory.status());
    const absl::Status status =
        jobs_.Run(call, job, [this, reactor, &call, job, memory = *memory, work = std::move(work)] {
          const Stopwatch stopwatch;
          const auto abandoned = [&call] { return call.Abandoned(); };
          const absl::Status result = RunGuarded(call, [&] {
            return work(CallContext{call.limits(), abandoned, absl::Now() + call.TimeLeft()});
          });
          if (result.ok() && job.parts > kInlineParts) jobs_.Learn(job, stopwatch.Elapsed());
          reactor->FinishWith(result);
        });
    if (!status.ok()) reactor->FinishWith(status);
  }

  Calls calls_;
  Jobs jobs_;
  Planner planner_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_ANSWERS_H_
