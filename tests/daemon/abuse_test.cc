// Peers that speak HTTP/2 badly. Whatever they do, the daemon stays up and a normal
// client is served; SECURITY.md says what gRPC 1.51 itself does not withstand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipesched/client/client.h"
#include "pipesched/v1/schedule_service.pb.h"
#include "tests/daemon/daemon_process.h"
#include "tests/daemon/http2_peer.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

class AbuseTest : public testing::Test {
 protected:
  AbuseTest() : daemon_({"--listen", "127.0.0.1:0", "--access-log", "off"}) {}

  const std::string& address() const { return daemon_.addresses[0]; }

  void ExpectServed() {
    EXPECT_THAT(client::Client(client::MakeChannel(address())).GetServerInfo(), IsOk());
  }

  ~AbuseTest() override {
    ExpectServed();
    daemon_.process.Signal(SIGTERM);
    EXPECT_EQ(daemon_.process.Wait().exit_code, 0);
  }

  Daemon daemon_;
};

TEST_F(AbuseTest, RapidReset) {
  const Peer peer(address());
  std::string start = kPreface + Frame(kSettings, 0, 0, "");
  ASSERT_TRUE(peer.Say(start));
  for (uint32_t stream = 1; stream < 40001; stream += 2) {
    const std::string call = Frame(kHeaders, kEndHeaders, stream, CallHeaders()) +
                             Frame(kReset, 0, stream, std::string("\0\0\0\x08", 4));
    if (!peer.Say(call)) break;
    if (stream % 4000 == 1) ExpectServed();
  }
}

TEST_F(AbuseTest, PingFlood) {
  const Peer peer(address());
  ASSERT_TRUE(peer.Say(kPreface + Frame(kSettings, 0, 0, "")));
  const std::string ping = Frame(kPing, 0, 0, "12345678");
  for (int i = 0; i < 20000 && peer.Say(ping); ++i) {
  }
}

TEST_F(AbuseTest, SettingsFlood) {
  const Peer peer(address());
  ASSERT_TRUE(peer.Say(kPreface));
  for (int i = 0; i < 20000 && peer.Say(Frame(kSettings, 0, 0, "")); ++i) {
  }
}

TEST_F(AbuseTest, HugeMetadata) {
  const Peer peer(address());
  ASSERT_TRUE(peer.Say(kPreface + Frame(kSettings, 0, 0, "")));
  std::string block = CallHeaders();
  for (int i = 0; i < 120; ++i) block += Field("x-filler", std::string(120, 'a'));
  peer.Say(Frame(kHeaders, kEndHeaders | kEndStream, 1, block.substr(0, 16000)));
  ExpectServed();
  // Headers that never end.
  const Peer endless(address());
  ASSERT_TRUE(
      endless.Say(kPreface + Frame(kSettings, 0, 0, "") + Frame(kHeaders, 0, 1, CallHeaders())));
  const std::string more = Frame(kContinuation, 0, 1, Field("x-filler", std::string(120, 'a')));
  for (int i = 0; i < 20000 && endless.Say(more); ++i) {
  }
}

// What peers send without end and gRPC keeps costs them their connections, and the
// process stays near its mark.
TEST(MemoryGuardTest, MemoryStaysNearItsMarkUnderEndlessHeaders) {
  if (HasAddressSanitizer()) GTEST_SKIP() << "AddressSanitizer takes memory of its own";
  Daemon daemon({"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--access-log", "off",
                 "--max-memory", "256MiB"});
  const auto metric = [&](const std::string& name) { return GetMetric(daemon.admin, name); };
  const std::string more = Frame(kContinuation, 0, 1, Field("x-filler", std::string(120, 'a')));
  std::string much;
  while (much.size() < 1 << 16) much += more;
  double most = 0;
  while (metric("pipesched_connections_broken_total") < 1) {
    const Peer peer(daemon.addresses[0]);
    peer.Say(kPreface + Frame(kSettings, 0, 0, "") + Frame(kHeaders, 0, 1, CallHeaders()));
    for (int i = 0; peer.Say(much); ++i) {
      if (i % 256 == 0) most = std::max(most, metric("process_resident_memory_bytes"));
    }
  }
  EXPECT_GT(most, 128 << 20);
  EXPECT_LT(most, 1 << 30);
  EXPECT_THAT(client::Client(client::MakeChannel(daemon.addresses[0])).GetServerInfo(), IsOk());
  daemon.process.Signal(SIGTERM);
  EXPECT_EQ(daemon.process.Wait().exit_code, 0);
}

TEST_F(AbuseTest, GarbageAndHalfPrefaces) {
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100000, '\xff'), std::string(1, '\0'),
        std::string(kPreface, 10), kPreface + std::string(1000, '\x7f'),
        kPreface + Frame(kData, 0, 99, "data of no stream"),
        kPreface + Frame(kHeaders, kEndHeaders, 1, std::string(200, '\xff')),
        kPreface + Frame(kHeaders, kEndHeaders, 2, CallHeaders()),
        kPreface + Frame(kContinuation, kEndHeaders, 1, CallHeaders()),
        kPreface + Frame(kSettings, 0, 0, std::string(7, 'x'))}) {
    for (int i = 0; i < 20; ++i) {
      const Peer peer(address());
      peer.Say(garbage);
    }
    ExpectServed();
  }
}

TEST_F(AbuseTest, ABodyThatIsNoMessage) {
  const Peer peer(address());
  ASSERT_TRUE(peer.Say(kPreface + Frame(kSettings, 0, 0, "") +
                       Frame(kHeaders, kEndHeaders, 1, CallHeaders()) +
                       Frame(kData, kEndStream, 1, std::string("\0\0\0\0\x05garba", 10))));
  const Peer liar(address());
  ASSERT_TRUE(liar.Say(kPreface + Frame(kSettings, 0, 0, "") +
                       Frame(kHeaders, kEndHeaders, 1, CallHeaders()) +
                       Frame(kData, 0, 1, std::string("\0\xff\xff\xff\xff", 5))));
}

TEST_F(AbuseTest, ManyIdleConnections) {
  rlimit many{};
  getrlimit(RLIMIT_NOFILE, &many);
  many.rlim_cur = many.rlim_max;
  setrlimit(RLIMIT_NOFILE, &many);
  const rlim_t wanted = 5000;
  if (many.rlim_max < wanted + 200) GTEST_SKIP() << "this process may not open that many";
  // The daemon's own limit is this process' at the time of its start.
  prlimit(daemon_.process.pid(), RLIMIT_NOFILE, &many, nullptr);
  std::vector<std::unique_ptr<Peer>> peers;
  for (rlim_t i = 0; i < wanted; ++i) {
    peers.push_back(std::make_unique<Peer>(address()));
    if (i % 2 == 0) peers.back()->Say(kPreface + Frame(kSettings, 0, 0, ""));
    if (i % 1000 == 0) ExpectServed();
  }
  ExpectServed();
}

}  // namespace
}  // namespace pipesched
