#include "daemon/convert/timeline_json.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/convert/response.h"
#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched {
namespace {

constexpr int64_t kOpsAPart = 4096;

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

// The text between the brackets of the list `name` in the JSON of a timeline.
absl::string_view ListIn(absl::string_view json, absl::string_view name) {
  const std::string key = absl::StrCat("\"", name, "\":[");
  const size_t begin = json.find(key);
  if (begin == absl::string_view::npos) return "";
  json.remove_prefix(begin + key.size());
  return json.substr(0, json.find(']'));
}

using Sink = absl::FunctionRef<bool(absl::string_view part)>;

// Writes the timeline's columns one after another, each of parts that protobuf writes.
class ColumnWriter {
 public:
  explicit ColumnWriter(const Plan& plan)
      : plan_(plan),
        ranks_(AllRanks(plan.order.num_ranks())),
        // The analyzer does not see the constructor, which is in another file.
        columns_(plan, ranks_) {}  // NOLINT(clang-analyzer-optin.cplusplus.UninitializedObject)

  bool Write(Sink sink) {
    v1::Timeline offsets;
    FillRankOffsets(plan_, ranks_, offsets);
    if (!sink(absl::StrCat("{\"rank_offsets\":[", ListIn(ToJson(offsets), "rank_offsets"), "]"))) {
      return false;
    }
    for (const char* name :
         {"kinds", "stages", "microbatches", "starts", "ends", "fused", "critical", "held_bytes"}) {
      if (!WriteColumn(name, sink)) return false;
    }
    return sink("}");
  }

 private:
  bool WriteColumn(const char* name, Sink sink) {
    if (!sink(absl::StrCat(",\"", name, "\":["))) return false;
    for (int64_t first = 0; first < columns_.size(); first += kOpsAPart) {
      v1::Timeline part;
      columns_.Append(first, std::min(kOpsAPart, columns_.size() - first), part);
      KeepColumn(name, part);
      const std::string json = ToJson(part);
      const absl::string_view list = ListIn(json, name);
      if (list.empty()) break;  // held_bytes of stages without bytes
      if (!sink(absl::StrCat(first == 0 ? "" : ",", list))) return false;
    }
    return sink("]");
  }

  // So that a part is not written once a column.
  static void KeepColumn(absl::string_view name, v1::Timeline& part) {
    const auto* const type = part.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      if (type->field(i)->name() != name) {
        part.GetReflection()->ClearField(&part, type->field(i));
      }
    }
  }

  const Plan& plan_;
  const std::vector<int> ranks_;
  const TimelineColumns columns_;
};

}  // namespace

bool WriteTimelineJson(const Plan& plan, absl::FunctionRef<bool(absl::string_view part)> sink) {
  const std::vector<int> ranks = AllRanks(plan.order.num_ranks());
  v1::ComputeScheduleResponse response;
  FillSummary(plan, ranks, response);
  response.mutable_timeline();
  const std::string json = ToJson(response);
  // An empty timeline, where the real one goes.
  const std::string key = "\"timeline\":";
  const std::string empty = ToJson(v1::Timeline());
  const size_t place = json.find(absl::StrCat(key, empty));
  const absl::string_view text = json;
  if (!sink(text.substr(0, place + key.size()))) return false;
  if (!ColumnWriter(plan).Write(sink)) return false;
  return sink(text.substr(place + key.size() + empty.size())) && sink("\n");
}

}  // namespace pipesched
