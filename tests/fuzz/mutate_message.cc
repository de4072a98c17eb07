#include "tests/fuzz/mutate_message.h"

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <iterator>
#include <limits>
#include <string>

namespace pipesched {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMostElements = 64;

class Mutation {
 public:
  explicit Mutation(std::mt19937& random) : random_(random) {}

  void Change(Message& message, int depth) {
    const auto& descriptor = *message.GetDescriptor();
    if (descriptor.field_count() == 0) return;
    const FieldDescriptor& field = *descriptor.field(Below(descriptor.field_count()));
    const Reflection& reflection = *message.GetReflection();
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field.is_repeated()) {
      ChangeList(message, field, depth);
    } else if (is_message && depth > 0 && Below(8) > 0) {
      Change(*reflection.MutableMessage(&message, &field), depth - 1);
    } else if (is_message || Below(8) == 0) {
      reflection.ClearField(&message, &field);
    } else {
      Set(message, field);
    }
  }

 private:
  int Below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }

  int64_t Integer() {
    constexpr int64_t kEdges[] = {0,
                                  1,
                                  -1,
                                  2,
                                  3,
                                  4,
                                  7,
                                  8,
                                  32,
                                  33,
                                  256,
                                  4096,
                                  std::numeric_limits<int32_t>::max(),
                                  std::numeric_limits<int32_t>::min(),
                                  std::numeric_limits<int64_t>::max(),
                                  std::numeric_limits<int64_t>::min()};
    return Below(4) == 0 ? Below(64) : kEdges[Below(static_cast<int>(std::size(kEdges)))];
  }

  double Number() {
    constexpr double kEdges[] = {0,
                                 -0.0,
                                 1,
                                 -1,
                                 0.5,
                                 1e-9,
                                 1e-10,
                                 1e18,
                                 std::numeric_limits<double>::max(),
                                 std::numeric_limits<double>::denorm_min(),
                                 std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()};
    return kEdges[Below(static_cast<int>(std::size(kEdges)))];
  }

  int EnumNumber(const EnumDescriptor& type) {
    return Below(16) == 0 ? Below(1000) - 1 : type.value(Below(type.value_count()))->number();
  }

  std::string Text(std::string text) {
    const auto at = static_cast<size_t>(Below(static_cast<int>(text.size()) + 1));
    switch (Below(4)) {
      case 0: return text.substr(0, at);
      case 1: return text.insert(at, 1, "0FBIW7 \n(;)\xff"[Below(12)]);
      case 2: return text.insert(at, text.substr(at / 2, 24));
      default: return text.erase(at, static_cast<size_t>(1 + Below(4)));
    }
  }

  void Set(Message& message, const FieldDescriptor& field) {
    const Reflection& r = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return r.SetInt32(&message, &field, static_cast<int32_t>(Integer()));
      case FieldDescriptor::CPPTYPE_INT64: return r.SetInt64(&message, &field, Integer());
      case FieldDescriptor::CPPTYPE_DOUBLE: return r.SetDouble(&message, &field, Number());
      case FieldDescriptor::CPPTYPE_BOOL: return r.SetBool(&message, &field, Below(2) == 0);
      case FieldDescriptor::CPPTYPE_ENUM:
        return r.SetEnumValue(&message, &field, EnumNumber(*field.enum_type()));
      case FieldDescriptor::CPPTYPE_STRING:
        return r.SetString(&message, &field, Text(r.GetString(message, &field)));
      default: return r.ClearField(&message, &field);
    }
  }

  void Add(Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& r = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return r.AddInt32(&message, &field, static_cast<int32_t>(Integer()));
      case FieldDescriptor::CPPTYPE_INT64: return r.AddInt64(&message, &field, Integer());
      case FieldDescriptor::CPPTYPE_DOUBLE: return r.AddDouble(&message, &field, Number());
      case FieldDescriptor::CPPTYPE_ENUM:
        return r.AddEnumValue(&message, &field, EnumNumber(*field.enum_type()));
      case FieldDescriptor::CPPTYPE_STRING: return r.AddString(&message, &field, Text("0F0"));
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        Message& added = *r.AddMessage(&message, &field);
        const int size = r.FieldSize(message, &field);
        // Most often like another one.
        if (size > 1 && Below(4) > 0) {
          added.CopyFrom(r.GetRepeatedMessage(message, &field, Below(size - 1)));
        }
        if (depth > 0) Change(added, depth - 1);
        return;
      }
      default: return;
    }
  }

  void ChangeList(Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& r = *message.GetReflection();
    const int size = r.FieldSize(message, &field);
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    switch (size == 0 ? 0 : Below(4)) {
      case 0:
        for (int more = 1 + Below(4); more > 0 && r.FieldSize(message, &field) < kMostElements;
             --more) {
          Add(message, field, depth);
        }
        return;
      case 1: return r.RemoveLast(&message, &field);
      case 2: return r.SwapElements(&message, &field, Below(size), Below(size));
      default:
        if (is_message && depth > 0) {
          Change(*r.MutableRepeatedMessage(&message, &field, Below(size)), depth - 1);
        } else {
          r.RemoveLast(&message, &field);
          Add(message, field, depth);
        }
    }
  }

  std::mt19937& random_;
};

}  // namespace

void MutateMessage(Message& message, std::mt19937& random) {
  constexpr int kDepth = 4;
  Mutation(random).Change(message, kDepth);
}

}  // namespace pipesched
