#include "daemon/listen_address.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

TEST(ListenAddressTest, TakesHostPortAndUnixPath) {
  for (const char* address : {"127.0.0.1:0", "127.0.0.1:65535", "localhost:50551", "[::1]:80",
                              "unix:/run/x.sock", "unix:x"}) {
    EXPECT_THAT(CheckListenAddress(address), IsOk()) << address;
  }
}

TEST(ListenAddressTest, RefusesOtherForms) {
  for (const char* address :
       {"", ":", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:+80",
        "unix-abstract:80", "dns:80", "127.0.0.1:65536", "::1:80", "unix:"}) {
    EXPECT_THAT(CheckListenAddress(address),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(address)))
        << address;
  }
  EXPECT_THAT(CheckListenAddress("unix:" + std::string(107, 'x')), IsOk());
  EXPECT_THAT(CheckListenAddress("unix:" + std::string(108, 'x')),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("a path of 108 bytes, want 1 to 107")));
}

TEST(ListenAddressTest, WithPortReplacesThePort) {
  EXPECT_EQ(WithPort("127.0.0.1:0", 1234), "127.0.0.1:1234");
  EXPECT_EQ(WithPort("[::1]:0", 1234), "[::1]:1234");
  EXPECT_EQ(WithPort("unix:/a:0", 1), "unix:/a:0");
}

TEST(IsPublicAddressTest, LoopbackAndSocketsAreNot) {
  for (const char* address : {"127.0.0.1:1", "127.8.9.1:0", "[::1]:1", "localhost:1", "unix:/a"}) {
    EXPECT_FALSE(IsPublicAddress(address)) << address;
  }
  for (const char* address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1",
                              "[::ffff:127.0.0.1]:1", "localhost.example.org:1", "*:1"}) {
    EXPECT_TRUE(IsPublicAddress(address)) << address;
  }
}

}  // namespace
}  // namespace pipesched
