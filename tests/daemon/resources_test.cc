#include "daemon/resources.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/support/process.h"

namespace pipesched {
namespace {

// A machine's files under a folder of the test.
class Machine {
 public:
  void Write(const std::string& path, const std::string& content) {
    const std::filesystem::path file = folder_.File(path);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }
  const std::string& root() const { return folder_.path(); }

 private:
  const TemporaryFolder folder_;
};

TEST(ResourcesTest, WithoutControlGroupsTheMachineDecides) {
  const Machine machine;
  EXPECT_GE(AvailableProcessors(machine.root()), 1);
  EXPECT_LE(AvailableProcessors(machine.root()),
            static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_GT(AvailableMemory(machine.root()), 1 << 20);
}

TEST(ResourcesTest, TheTightestGroupDecides) {
  Machine machine;
  machine.Write("proc/self/cgroup", "0::/pod/container\n");
  machine.Write("sys/fs/cgroup/pod/cpu.max", "50000 100000\n");
  machine.Write("sys/fs/cgroup/pod/container/cpu.max", "max 100000\n");
  machine.Write("sys/fs/cgroup/pod/memory.max", "max\n");
  machine.Write("sys/fs/cgroup/pod/container/memory.max", "268435456\n");
  EXPECT_EQ(AvailableProcessors(machine.root()), 1);  // half of one, rounded up
  EXPECT_EQ(AvailableMemory(machine.root()), 268435456);
}

TEST(ResourcesTest, InAContainerTheGroupIsTheRoot) {
  Machine machine;
  machine.Write("proc/self/cgroup", "0::/\n");
  machine.Write("sys/fs/cgroup/memory.max", "1000000\n");
  machine.Write("sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(AvailableMemory(machine.root()), 1000000);
  EXPECT_EQ(AvailableProcessors(machine.root()), 1);
}

TEST(ResourcesTest, WhatIsNoNumberIsNoLimit) {
  Machine machine;
  machine.Write("proc/self/cgroup", "garbage\n0::/\n");
  machine.Write("sys/fs/cgroup/memory.max", "lots\n");
  machine.Write("sys/fs/cgroup/cpu.max", "-1 0\n");
  const Machine none;
  EXPECT_EQ(AvailableMemory(machine.root()), AvailableMemory(none.root()));
  EXPECT_EQ(AvailableProcessors(machine.root()), AvailableProcessors(none.root()));
}

TEST(ResourcesTest, ResidentBytesAreThoseOfThisProcess) {
  const int64_t before = ResidentBytes();
  std::string block(64 << 20, 'x');
  EXPECT_GT(ResidentBytes(), before + (48 << 20)) << block[block.size() / 2];
}

}  // namespace
}  // namespace pipesched
