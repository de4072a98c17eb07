#ifndef PIPESCHED_TESTS_DAEMON_REQUESTS_H_
#define PIPESCHED_TESTS_DAEMON_REQUESTS_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/string_view.h"

namespace pipesched {

// A message written in protobuf's text format.
template <typename Message>
Message Parse(absl::string_view text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(std::string(text), &message)) << text;
  return message;
}

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_DAEMON_REQUESTS_H_
