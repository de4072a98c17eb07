#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace pipesched {
namespace {

void Require(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  abort();
}

std::vector<std::string> MakeEnvironment(const ProcessOptions& options) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::find(*entry, *entry + std::string(*entry).size(), '='));
    if (absl::StartsWith(name, "PIPESCHED_") || options.environment.contains(name)) continue;
    result.emplace_back(*entry);
  }
  for (const auto& [name, value] : options.environment) {
    result.push_back(absl::StrCat(name, "=", value));
  }
  return result;
}

// What execve wants.
std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// A descriptor that reads `text`.
int MakeInput(const std::string& text) {
  const int fd = memfd_create("stdin", MFD_CLOEXEC);
  Require(fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
              lseek(fd, 0, SEEK_SET) == 0,
          "memfd");
  return fd;
}

// Appends what `fd` has to `text`; at its end closes it and sets it to -1.
void ReadSome(int& fd, std::string& text) {
  char buffer[4096];
  const ssize_t got = read(fd, buffer, sizeof buffer);
  if (got > 0) {
    text.append(buffer, static_cast<size_t>(got));
  } else if (got == 0) {
    close(fd);
    fd = -1;
  }
}

std::string FromEnvironment(const char* name, absl::string_view path) {
  const char* folder = getenv(name);
  Require(folder != nullptr, name);
  return absl::StrCat(folder, "/", path);
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const ProcessOptions& options)
    : deadline_(absl::Now() + options.timeout) {
  int out[2];
  int err[2];
  Require(pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0, "pipe2");
  const int input = MakeInput(options.input);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  if (options.stdout_path.empty()) {
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, options.stdout_path.c_str(),
                                     O_RDWR | O_NOCTTY, 0);
  }
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  if (!options.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.directory.c_str());
  }

  // A test may run in the background, where SIGINT is ignored.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> arguments = argv;
  std::vector<std::string> environment = MakeEnvironment(options);
  const int failed = posix_spawn(&pid_, argv[0].c_str(), &actions, &attributes,
                                 Pointers(arguments).data(), Pointers(environment).data());
  errno = failed;
  Require(failed == 0, argv[0].c_str());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(input);
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
  if (options.stdout_is_gone) {
    close(out_);
    out_ = -1;
  }
}

Process::~Process() {
  if (pid_ >= 0) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

void Process::Signal(int signal_number) const {
  if (pid_ > 0) kill(pid_, signal_number);
}

void Process::ReadUntil(absl::FunctionRef<bool()> done) {
  while (!done() && (out_ >= 0 || err_ >= 0)) {
    const absl::Duration left = deadline_ - absl::Now();
    if (left <= absl::ZeroDuration()) return;
    pollfd waits[] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};  // -1 is left out.
    poll(waits, 2, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
    if (waits[0].revents != 0) ReadSome(out_, result_.out);
    if (waits[1].revents != 0) ReadSome(err_, result_.err);
  }
}

bool Process::WaitForStderr(absl::string_view text, std::string* err) {
  const auto found = [&] { return absl::StrContains(result_.err, text); };
  ReadUntil(found);
  if (err != nullptr) *err = result_.err;
  return found();
}

std::string Process::WaitForStderrLine(absl::string_view text) {
  std::string line;
  ReadUntil([&] {
    const size_t found = result_.err.find(std::string(text));
    const size_t end = found == std::string::npos ? found : result_.err.find('\n', found);
    if (end == std::string::npos) return false;
    const size_t begin = result_.err.rfind('\n', found) + 1;  // npos + 1 is 0
    line = result_.err.substr(begin, end - begin);
    return true;
  });
  return line;
}

ProcessResult Process::Wait() {
  ReadUntil([] { return false; });
  if (out_ >= 0 || err_ >= 0) {
    result_.timed_out = true;
    Signal(SIGKILL);
  }
  int status = 0;
  Require(waitpid(pid_, &status, 0) == pid_, "waitpid");
  pid_ = -1;
  result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result_;
}

ProcessResult RunProcess(const std::vector<std::string>& argv, const ProcessOptions& options) {
  return Process(argv, options).Wait();
}

std::string BuiltProgram(absl::string_view name) {
  return FromEnvironment("PIPESCHED_BIN_DIR", name);
}

int OpenTerminal() {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal >= 0) {
    Require(grantpt(terminal) == 0 && unlockpt(terminal) == 0, "unlockpt");
    return terminal;
  }
  std::perror("no terminal to test with");
  const char* ci = getenv("CI");
  Require(ci == nullptr || absl::string_view(ci) != "true", "posix_openpt");
  return -1;
}

std::string SourceFile(absl::string_view path) {
  return FromEnvironment("PIPESCHED_SOURCE_DIR", path);
}

TemporaryFolder::TemporaryFolder() {
  path_ = (std::filesystem::temp_directory_path() / "pipesched-XXXXXX").string();
  Require(mkdtemp(path_.data()) != nullptr, "mkdtemp");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::File(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

std::string TemporaryFolder::Write(absl::string_view name, absl::string_view content) const {
  std::ofstream(File(name), std::ios::binary) << content;
  return File(name);
}

std::string TemporaryFolder::Read(absl::string_view name) const {
  std::ifstream file(File(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> TemporaryFolder::List() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace pipesched
