#include "clients/cli/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/text.h"

namespace pipesched::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The index of a value that is no element of a list.
constexpr int kSingular = -1;

// As few digits as give the value back, of 15 and 17.
std::string FormatDouble(double value) {
  std::string text = absl::StrFormat("%.15g", value);
  double parsed = 0;
  if (absl::SimpleAtod(text, &parsed) && parsed == value) return text;
  return absl::StrFormat("%.17g", value);
}

class JsonWriter {
 public:
  void WriteMessage(const Message& message) {
    const Descriptor& type = *message.GetDescriptor();
    Open('{');
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) continue;
      StartMember(field.name());
      if (field.is_map()) {
        WriteMap(message, field);
      } else if (field.is_repeated()) {
        WriteList(message, field);
      } else {
        WriteValue(message, field, kSingular);
      }
    }
    Close('}');
  }

  std::string Finish() && {
    text_ += '\n';
    return std::move(text_);
  }

 private:
  // A list, an object, or a part of one. Each part has a line, one space deeper.
  void Open(char bracket) {
    text_ += bracket;
    ++depth_;
    is_empty_ = true;
  }
  void StartPart() {
    if (!is_empty_) text_ += ',';
    is_empty_ = false;
    StartLine();
  }
  void StartMember(absl::string_view name) {
    StartPart();
    absl::StrAppend(&text_, JsonQuote(name), ": ");
  }
  void Close(char bracket) {
    --depth_;
    if (!is_empty_) StartLine();
    is_empty_ = false;
    text_ += bracket;
  }
  void StartLine() { text_.append(1, '\n').append(depth_, ' '); }

  void WriteList(const Message& message, const FieldDescriptor& field) {
    const int size = message.GetReflection()->FieldSize(message, &field);
    Open('[');
    for (int i = 0; i < size; ++i) {
      StartPart();
      WriteValue(message, field, i);
    }
    Close(']');
  }

  // By key, which is a string in all maps of ours.
  void WriteMap(const Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    const FieldDescriptor& key = *field.message_type()->map_key();
    const FieldDescriptor& value = *field.message_type()->map_value();
    std::map<std::string, const Message*> entries;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      entries[entry.GetReflection()->GetString(entry, &key)] = &entry;
    }
    Open('{');
    for (const auto& [name, entry] : entries) {
      StartMember(name);
      WriteValue(*entry, value, kSingular);
    }
    Close('}');
  }

  void WriteValue(const Message& m, const FieldDescriptor& f, int i) {
    const Reflection& r = *m.GetReflection();
    const bool one = i == kSingular;
    switch (f.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        text_ += (one ? r.GetBool(m, &f) : r.GetRepeatedBool(m, &f, i)) ? "true" : "false";
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        absl::StrAppend(&text_, one ? r.GetInt32(m, &f) : r.GetRepeatedInt32(m, &f, i));
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        absl::StrAppend(&text_, "\"", one ? r.GetInt64(m, &f) : r.GetRepeatedInt64(m, &f, i), "\"");
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        text_ += FormatDouble(one ? r.GetDouble(m, &f) : r.GetRepeatedDouble(m, &f, i));
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        WriteEnum(f, one ? r.GetEnumValue(m, &f) : r.GetRepeatedEnumValue(m, &f, i));
        return;
      case FieldDescriptor::CPPTYPE_STRING:
        text_ += JsonQuote(one ? r.GetString(m, &f) : r.GetRepeatedString(m, &f, i));
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        WriteMessage(one ? r.GetMessage(m, &f) : r.GetRepeatedMessage(m, &f, i));
        return;
      default: text_ += "null"; return;  // We have no field of another type.
    }
  }

  // By name; a value that this build does not know by number.
  void WriteEnum(const FieldDescriptor& field, int number) {
    const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
    if (value != nullptr) {
      absl::StrAppend(&text_, "\"", value->name(), "\"");
    } else {
      absl::StrAppend(&text_, number);
    }
  }

  std::string text_;
  size_t depth_ = 0;
  bool is_empty_ = true;  // what was opened last and is not closed
};

}  // namespace

std::string ToJson(const Message& message) {
  JsonWriter writer;
  writer.WriteMessage(message);
  return std::move(writer).Finish();
}

}  // namespace pipesched::cli
