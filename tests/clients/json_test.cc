#include "clients/cli/json.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "pipesched/v1/schedule_service.pb.h"

namespace pipesched::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// What protobuf's own writer makes of the message.
std::string ReferenceJson(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  return json;
}

void Fill(Message& message);

// Sets one field; a list gets another element.
void FillField(Message& m, const FieldDescriptor& f) {
  const Reflection& r = *m.GetReflection();
  const bool list = f.is_repeated();
  switch (f.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      list ? r.AddBool(&m, &f, true) : r.SetBool(&m, &f, true);
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      list ? r.AddInt32(&m, &f, -7) : r.SetInt32(&m, &f, -7);
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      list ? r.AddInt64(&m, &f, int64_t{1} << 60) : r.SetInt64(&m, &f, int64_t{1} << 60);
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      list ? r.AddDouble(&m, &f, 0.1) : r.SetDouble(&m, &f, 0.1);
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      list ? r.AddEnumValue(&m, &f, 1) : r.SetEnumValue(&m, &f, 1);
      return;
    case FieldDescriptor::CPPTYPE_STRING:
      list ? r.AddString(&m, &f, "a\"<\\\xc3\xa9>") : r.SetString(&m, &f, "a\"<\\\xc3\xa9>");
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      Fill(list ? *r.AddMessage(&m, &f) : *r.MutableMessage(&m, &f));
      return;
    default: FAIL() << f.full_name() << " has a type that ToJson cannot write";
  }
}

// Sets all fields, down to the leaves; lists get two elements, maps one.
void Fill(Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    FillField(message, field);
    if (field.is_repeated() && !field.is_map()) FillField(message, field);
  }
}

TEST(JsonTest, IsWhatProtobufWrites) {
  v1::ComputeScheduleResponse schedule;
  v1::ListScheduleKindsResponse kinds;
  v1::GetServerInfoResponse info;
  for (Message* message : {static_cast<Message*>(&schedule), static_cast<Message*>(&kinds),
                           static_cast<Message*>(&info)}) {
    SCOPED_TRACE(message->GetTypeName());
    EXPECT_EQ(ToJson(*message), ReferenceJson(*message));
    Fill(*message);
    EXPECT_EQ(ToJson(*message), ReferenceJson(*message));
  }
  // Messages that are there and empty, and a kind of a later version.
  v1::ComputeScheduleResponse empty;
  empty.mutable_timeline()->mutable_kinds()->Add(99);
  empty.mutable_metrics()->add_ranks()->mutable_peak_op();
  empty.add_notes();
  EXPECT_EQ(ToJson(empty), ReferenceJson(empty));
}

TEST(JsonTest, WritesNumbersAsProtobufDoes) {
  v1::ComputeScheduleResponse response;
  using Limits = std::numeric_limits<double>;
  for (const double value :
       {0.0, -0.0, 1.0, 33.0, 0.1, 0.1 + 0.2, 1.0 / 3, 55.800000000000004, 1e15, 1e16, 1e21, 1e-7,
        9007199254740993.0, Limits::min(), Limits::max(), Limits::denorm_min(), -1e300}) {
    response.mutable_timeline()->add_starts(value);
  }
  double noise = 0.37;
  for (int i = 0; i < 1000; ++i) {
    noise = 3.99 * noise * (1 - noise);
    response.mutable_timeline()->add_ends(noise * (i + 1));
  }
  EXPECT_EQ(ToJson(response), ReferenceJson(response));
}

// The entries of a protobuf map come in an order that changes from map to map.
TEST(JsonTest, EqualMessagesGiveEqualTexts) {
  std::set<std::string> texts;
  for (int run = 0; run < 50; ++run) {
    v1::Note note;
    for (const char* key : {"rank", "bytes", "op", "limit", "stage", "code"}) {
      note.mutable_metadata()->insert({key, "1"});
    }
    texts.insert(ToJson(note));
  }
  EXPECT_EQ(texts.size(), 1u);
}

TEST(JsonTest, SortsTheEntriesOfAMap) {
  v1::Note note;
  note.mutable_metadata()->insert({{"b", "2"}, {"a", "1"}});
  EXPECT_EQ(ToJson(note),
            "{\n \"code\": \"\",\n \"message\": \"\",\n \"metadata\": {\n  \"a\": \"1\",\n"
            "  \"b\": \"2\"\n }\n}\n");
}

}  // namespace
}  // namespace pipesched::cli
