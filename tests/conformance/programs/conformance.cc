// The C++ client's program: answers conformance cases, one JSON object a line.
// README.md of the folder above has the form.

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpc/grpc.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "pipesched/client/connect.h"
#include "pipesched/client/error.h"
#include "pipesched/client/timeline_ops.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched::client {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

// A question that is not one: a defect of the runner.
void Demand(bool good, const std::string& what) {
  if (good) return;
  std::cerr << "conformance: " << what << "\n";
  std::exit(70);
}

Value ToValue(double number) {
  Value value;
  value.set_number_value(number);
  return value;
}

Value ToValue(const std::string& text) {
  Value value;
  value.set_string_value(text);
  return value;
}

Value& Set(Struct& object, const std::string& key, const Value& value) {
  return (*object.mutable_fields())[key] = value;
}

ListValue& AddList(Struct& object, const std::string& key) {
  return *(*object.mutable_fields())[key].mutable_list_value();
}

std::string ToJson(const Struct& object) {
  std::string text;
  Demand(google::protobuf::util::MessageToJsonString(object, &text).ok(), "no JSON");
  return text;
}

const Value& Get(const Struct& object, const std::string& key) {
  const auto found = object.fields().find(key);
  Demand(found != object.fields().end(), absl::StrCat("the question has no ", key));
  return found->second;
}

template <typename Request>
Request ToRequest(const Struct& question) {
  Request request;
  const auto status = google::protobuf::util::JsonStringToMessage(
      ToJson(Get(question, "request").struct_value()), &request);
  Demand(status.ok(), status.ToString());
  return request;
}

std::string Token(const TimedOp& op) {
  return absl::StrCat(op.stage, std::string(1, "?FBIW"[op.kind]), op.microbatch);
}

void AddOps(const v1::Timeline& timeline, Struct& answer) {
  std::vector<std::vector<std::string>> rows(static_cast<size_t>(timeline.rank_offsets_size() - 1));
  ListValue& starts = AddList(answer, "starts");
  ListValue& ends = AddList(answer, "ends");
  std::string half;  // of a fused pair
  for (const TimedOp op : TimelineOps(timeline)) {
    *starts.add_values() = ToValue(op.start);
    *ends.add_values() = ToValue(op.end);
    if (op.fused && half.empty()) {
      half = Token(op);
      continue;
    }
    rows[static_cast<size_t>(op.rank)].push_back(
        op.fused ? absl::StrCat("(", half, ";", Token(op), ")") : Token(op));
    half.clear();
  }
  ListValue& order = AddList(answer, "order");
  for (const auto& row : rows) *order.add_values() = ToValue(absl::StrJoin(row, " "));
}

// Of ComputeScheduleResponse, and of the messages of a stream, merged.
template <typename Response>
Struct ToAnswer(const Response& response) {
  Struct answer;
  const v1::Metrics& metrics = response.metrics();
  Set(answer, "digest", ToValue(response.digest()));
  Set(answer, "order_digest", ToValue(response.order_digest()));
  Set(answer, "makespan", ToValue(metrics.makespan()));
  Set(answer, "bubble_rate", ToValue(metrics.bubble_rate()));
  Set(answer, "bubble_overhead", ToValue(metrics.bubble_overhead()));
  Set(answer, "longest_rank_span", ToValue(metrics.longest_rank_span()));
  Set(answer, "longest_span_bubble_rate", ToValue(metrics.longest_span_bubble_rate()));
  ListValue& activations = AddList(answer, "peak_activations");
  ListValue& bytes = AddList(answer, "peak_bytes");
  for (const v1::RankMetrics& rank : metrics.ranks()) {
    *activations.add_values() = ToValue(rank.peak_activations());
    *bytes.add_values() = ToValue(absl::StrCat(rank.peak_bytes()));
  }
  ListValue& notes = AddList(answer, "notes");
  for (const v1::Note& note : response.notes()) *notes.add_values() = ToValue(note.code());
  if (response.has_timeline()) AddOps(response.timeline(), answer);
  return answer;
}

Struct ToAnswer(const v1::ExportScheduleResponse& response) {
  Struct answer;
  Set(answer, "content", ToValue(response.content()));
  Set(answer, "digest", ToValue(response.digest()));
  Set(answer, "order_digest", ToValue(response.order_digest()));
  return answer;
}

Struct ToAnswer(const v1::ValidateScheduleResponse& response) {
  Struct answer;
  Value safe;
  safe.set_bool_value(response.safe());
  Set(answer, "safe", safe);
  ListValue& findings = AddList(answer, "findings");
  for (const v1::Finding& finding : response.findings()) {
    *findings.add_values() =
        ToValue(absl::StrCat(v1::Rule_Name(finding.rule()), " ", finding.rank(), " ",
                             finding.index(), " ", finding.action(), ": ", finding.message()));
  }
  Set(answer, "transport", ToValue(v1::Transport_Name(response.transport())));
  Set(answer, "order_digest", ToValue(response.order_digest()));
  return answer;
}

Struct ToAnswer(const v1::RenderScheduleResponse& response) {
  Struct answer;
  const bool is_text = absl::StartsWith(response.content_type(), "text");
  Set(answer, "content_type", ToValue(response.content_type()));
  Set(answer, "start", ToValue(absl::BytesToHexString(response.content().substr(0, 4))));
  Set(answer, "content", ToValue(is_text ? response.content() : std::string()));
  Set(answer, "digest", ToValue(response.digest()));
  Set(answer, "order_digest", ToValue(response.order_digest()));
  return answer;
}

Struct ToAnswer(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status);
  Struct error;
  Set(error, "code", ToValue(absl::StatusCodeToString(status.code())));
  Set(error, "reason", ToValue(details.reason));
  if (details.retry_delay) {
    Set(error, "retry_delay", ToValue(absl::ToDoubleSeconds(*details.retry_delay)));
  }
  ListValue& violations = AddList(error, "violations");
  for (const FieldViolation& violation : details.violations) {
    *violations.add_values() = ToValue(violation.field);
  }
  Struct metadata;
  for (const auto& [key, value] : details.metadata) Set(metadata, key, ToValue(value));
  Value object;
  *object.mutable_struct_value() = metadata;
  Set(error, "metadata", object);
  Struct answer;
  *(*answer.mutable_fields())["error"].mutable_struct_value() = error;
  return answer;
}

Struct ToAnswer(const v1::CompareSchedulesResponse& response) {
  Struct answer;
  ListValue& rows = AddList(answer, "rows");
  ListValue& left_out = AddList(answer, "left_out");
  for (const v1::ComparisonRow& row : response.rows()) {
    if (!row.left_out().empty()) {
      *left_out.add_values() = ToValue(row.name());
      continue;
    }
    ListValue& cells = *rows.add_values()->mutable_list_value();
    *cells.add_values() = ToValue(row.name());
    *cells.add_values() = ToValue(row.chunks_per_rank());
    *cells.add_values() = ToValue(row.metrics().makespan());
    Value fits;
    fits.set_bool_value(row.fits_memory());
    *cells.add_values() = fits;
  }
  return answer;
}

Struct ToAnswer(const v1::SearchScheduleResponse& response) {
  Struct answer;
  Set(answer, "objective_value", ToValue(response.search().objective_value()));
  Set(answer, "bound", ToValue(response.search().bound()));
  Value proven;
  proven.set_bool_value(response.search().proven_optimal());
  Set(answer, "proven_optimal", proven);
  Set(answer, "makespan", ToValue(response.metrics().makespan()));
  ListValue& curve = AddList(answer, "pareto");
  for (const v1::ParetoPoint& point : response.pareto()) {
    ListValue& cells = *curve.add_values()->mutable_list_value();
    *cells.add_values() = ToValue(static_cast<double>(point.peak_bytes()));
    *cells.add_values() = ToValue(point.objective_value());
  }
  return answer;
}

template <typename Response>
Struct ToAnswer(const absl::StatusOr<Response>& response) {
  return response.ok() ? ToAnswer(*response) : ToAnswer(response.status());
}

absl::StatusOr<v1::StreamScheduleResponse> Stream(const Client& client,
                                                  const v1::StreamScheduleRequest& request,
                                                  const CallOptions& options) {
  v1::StreamScheduleResponse merged;
  const absl::Status status = client.StreamSchedule(
      request, [&](const v1::StreamScheduleResponse& message) { merged.MergeFrom(message); },
      options);
  if (!status.ok()) return status;
  return merged;
}

absl::StatusOr<v1::SearchScheduleResponse> Search(const Client& client,
                                                  const v1::SearchScheduleRequest& request,
                                                  const CallOptions& options) {
  v1::SearchScheduleResponse last;
  const absl::Status status = client.SearchSchedule(
      request, [&](const v1::SearchScheduleResponse& message) { last = message; }, options);
  if (!status.ok()) return status;
  return last;
}

Struct Ask(const Client& client, const Struct& question, const CallOptions& options) {
  const std::string& method = Get(question, "method").string_value();
  if (method == "CompareSchedules") {
    return ToAnswer(
        client.CompareSchedules(ToRequest<v1::CompareSchedulesRequest>(question), options));
  }
  if (method == "SearchSchedule") {
    return ToAnswer(Search(client, ToRequest<v1::SearchScheduleRequest>(question), options));
  }
  if (method == "StreamSchedule") {
    return ToAnswer(Stream(client, ToRequest<v1::StreamScheduleRequest>(question), options));
  }
  if (method == "ExportSchedule") {
    return ToAnswer(client.ExportSchedule(ToRequest<v1::ExportScheduleRequest>(question), options));
  }
  if (method == "ValidateSchedule") {
    return ToAnswer(
        client.ValidateSchedule(ToRequest<v1::ValidateScheduleRequest>(question), options));
  }
  if (method == "RenderSchedule") {
    return ToAnswer(client.RenderSchedule(ToRequest<v1::RenderScheduleRequest>(question), options));
  }
  Demand(method == "ComputeSchedule", absl::StrCat("no method ", method));
  return ToAnswer(client.ComputeSchedule(ToRequest<v1::ComputeScheduleRequest>(question), options));
}

// What each call of ComputeSchedule takes, its answer read and checked.
Struct Measure(const Client& client, const Struct& question, const CallOptions& options,
               int calls) {
  const auto request = ToRequest<v1::ComputeScheduleRequest>(question);
  Struct answer;
  ListValue& seconds = AddList(answer, "seconds");
  for (int i = 0; i < calls; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto response = client.ComputeSchedule(request, options);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    Demand(response.ok(), response.status().ToString());
    *seconds.add_values() = ToValue(took.count());
  }
  return answer;
}

Struct Answer(const Struct& question) {
  const auto client = Connect({.target = Get(question, "target").string_value()});
  Demand(client.ok(), client.status().ToString());
  const CallOptions options{.timeout = absl::Seconds(Get(question, "timeout").number_value())};
  Struct answer;
  const auto calls = static_cast<int>(Get(question, "calls").number_value());
  if (question.fields().contains("measure")) return Measure(**client, question, options, calls);
  for (int i = 0; i < calls && !answer.fields().contains("error"); ++i) {
    answer = Ask(**client, question, options);
  }
  return answer;
}

}  // namespace
}  // namespace pipesched::client

int main() {
  grpc_init();  // Never undone: undoing it can wait 10 s for a poller.
  std::string line;
  while (std::getline(std::cin, line)) {
    google::protobuf::Struct question;
    const auto status = google::protobuf::util::JsonStringToMessage(line, &question);
    pipesched::client::Demand(status.ok(), status.ToString());
    std::cout << pipesched::client::ToJson(pipesched::client::Answer(question)) << std::endl;
  }
}
