#ifndef PIPESCHED_TESTS_FUZZ_MUTATE_MESSAGE_H_
#define PIPESCHED_TESTS_FUZZ_MUTATE_MESSAGE_H_

#include <google/protobuf/message.h>

#include <random>

namespace pipesched {

// Changes one field of the message, or of one inside it, to something that a message of
// its type can hold: numbers to those at edges, enums to any value, lists grow, shrink
// and repeat, texts lose or gain letters. What changes of bytes rarely do.
void MutateMessage(google::protobuf::Message& message, std::mt19937& random);

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_FUZZ_MUTATE_MESSAGE_H_
