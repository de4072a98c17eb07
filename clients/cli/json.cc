#include "clients/cli/json.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

namespace pipesched::cli {

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails only for well-known types of google.protobuf, which we have none of.
  static_cast<void>(google::protobuf::util::MessageToJsonString(message, &json, options));
  return json;
}

}  // namespace pipesched::cli
