#include "clients/cli/file_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched::cli {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(FileWriterTest, ReplacesTheWholeFile) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a.json", "a longer text that stood here before");
  ASSERT_THAT(FileWriter().Write(path, "new"), IsOk());
  EXPECT_EQ(folder.Read("a.json"), "new");
  EXPECT_THAT(folder.List(), ElementsAre("a.json"));
}

TEST(FileWriterTest, TheUmaskCounts) {
  const TemporaryFolder folder;
  const mode_t old = umask(027);
  ASSERT_THAT(FileWriter().Write(folder.File("a.json"), "x"), IsOk());
  umask(old);
  struct stat info;
  ASSERT_EQ(stat(folder.File("a.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
}

TEST(FileWriterTest, AnOldFileKeepsItsMode) {
  const TemporaryFolder folder;
  const mode_t old = umask(022);
  for (const mode_t mode : {0600u, 0666u, 0755u}) {
    const std::string path = folder.Write("a.json", "old");
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    ASSERT_THAT(FileWriter().Write(path, "new"), IsOk());
    struct stat info;
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, mode);
  }
  umask(old);
}

TEST(FileWriterTest, ALinkKeepsPointingToTheFile) {
  const TemporaryFolder folder;
  folder.Write("real.json", "old");
  ASSERT_EQ(symlink("real.json", folder.File("link.json").c_str()), 0);
  ASSERT_THAT(FileWriter().Write(folder.File("link.json"), "new"), IsOk());
  EXPECT_EQ(folder.Read("real.json"), "new");
  struct stat info;
  ASSERT_EQ(lstat(folder.File("link.json").c_str(), &info), 0);
  EXPECT_TRUE(S_ISLNK(info.st_mode));
}

TEST(FileWriterTest, ALinkToNothingMakesItsFile) {
  const TemporaryFolder folder;
  ASSERT_EQ(symlink("second", folder.File("first").c_str()), 0);
  ASSERT_EQ(symlink(folder.File("real").c_str(), folder.File("second").c_str()), 0);
  ASSERT_THAT(FileWriter().Write(folder.File("first"), "new"), IsOk());
  EXPECT_EQ(folder.Read("real"), "new");
  struct stat info;
  for (const char* name : {"first", "second"}) {
    ASSERT_EQ(lstat(folder.File(name).c_str(), &info), 0);
    EXPECT_TRUE(S_ISLNK(info.st_mode));
  }
}

TEST(FileWriterTest, ALinkToItselfIsAnError) {
  const TemporaryFolder folder;
  ASSERT_EQ(symlink("loop", folder.File("loop").c_str()), 0);
  EXPECT_THAT(std::string(FileWriter().Write(folder.File("loop"), "x").message()),
              HasSubstr("Too many levels of symbolic links"));
  EXPECT_THAT(folder.List(), ElementsAre("loop"));
}

// Whoever ends the program removes what is written so far. Here the write goes on
// and finds its file gone, or it was done before.
TEST(FileWriterTest, AnotherThreadRemovesWhatIsUnfinished) {
  const TemporaryFolder folder;
  FileWriter files;
  const std::string content(64 << 20, 'x');
  absl::Status status;
  std::thread writer([&] { status = files.Write(folder.File("a.json"), content); });
  while (folder.List().empty()) std::this_thread::yield();
  {
    const std::unique_lock<std::mutex> lock = files.RemoveUnfinished();
    EXPECT_THAT(folder.List(), AnyOf(ElementsAre(), ElementsAre("a.json")));
  }
  writer.join();
  EXPECT_EQ(folder.List().empty(), !status.ok());
}

TEST(FileWriterTest, ADeviceStaysADevice) {
  ASSERT_THAT(FileWriter().Write("/dev/null", "x"), IsOk());
  struct stat info;
  ASSERT_EQ(stat("/dev/null", &info), 0);
  EXPECT_TRUE(S_ISCHR(info.st_mode));
}

TEST(FileWriterTest, NamesThePathAndTheReason) {
  const TemporaryFolder folder;
  const auto message = [](const absl::Status& status) { return std::string(status.message()); };
  const std::string missing = folder.File("none/a.png");
  EXPECT_EQ(message(FileWriter().Write(missing, "x")),
            "cannot write " + missing + ": No such file or directory");
  EXPECT_EQ(message(FileWriter().Write(folder.path(), "x")),
            "cannot write " + folder.path() + ": Is a directory");
  EXPECT_THAT(message(FileWriter().Write(folder.File(std::string(300, 'n')), "x")),
              HasSubstr("File name too long"));
  EXPECT_THAT(folder.List(), ElementsAre());
}

// Files may not grow past a limit: the disk is full.
TEST(FileWriterTest, AFullDiskLeavesTheOldFileAndNothingElse) {
  const TemporaryFolder folder;
  folder.Write("a.json", "old");
  rlimit old;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {1000, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = FileWriter().Write(folder.File("a.json"), std::string(5000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  signal(SIGXFSZ, old_handler);
  EXPECT_THAT(std::string(status.message()), HasSubstr("File too large"));
  EXPECT_EQ(folder.Read("a.json"), "old");
  EXPECT_THAT(folder.List(), ElementsAre("a.json"));
}

}  // namespace
}  // namespace pipesched::cli
