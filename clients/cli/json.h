#ifndef PIPESCHED_CLIENTS_CLI_JSON_H_
#define PIPESCHED_CLIENTS_CLI_JSON_H_

#include <string>

namespace google::protobuf {
class Message;
}

namespace pipesched::cli {

// protobuf's JSON mapping with the names of the proto; fields without presence
// are always there. Ends in a line feed.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_JSON_H_
