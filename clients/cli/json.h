#ifndef PIPESCHED_CLIENTS_CLI_JSON_H_
#define PIPESCHED_CLIENTS_CLI_JSON_H_

#include <string>

namespace google::protobuf {
class Message;
}

namespace pipesched::cli {

// protobuf's JSON mapping with the names of the proto; fields without presence
// are always there. Ends in a line feed. For the types of fields that our
// responses have, and finite numbers.
//
// The text is that of protobuf's MessageToJsonString, but equal messages give
// equal texts (there, the entries of a map come in any order), and a timeline of
// 500,000 ops takes little more than its text (there, 1.2 GB).
std::string ToJson(const google::protobuf::Message& message);

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_JSON_H_
