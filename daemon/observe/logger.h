#ifndef PIPESCHED_DAEMON_OBSERVE_LOGGER_H_
#define PIPESCHED_DAEMON_OBSERVE_LOGGER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace pipesched {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

// "debug", "info", "warning" or "error"; what else is, is info.
LogLevel ParseLogLevel(absl::string_view text);

// A named value of a line.
struct LogField {
  std::string key;
  std::variant<std::string, int64_t, double, bool> value;
};

// One line without its end. Texts are escaped: no value can make another line or
// hold what is no UTF-8.
//
//   {"ts": "2026-01-02T03:04:05.000000006Z", "level": "info", "msg": "text", "key": 1}
//   2026-01-02T03:04:05.000000006Z info text key=1
std::string FormatLogLine(LogFormat format, absl::Time time, LogLevel level,
                          absl::string_view message, const std::vector<LogField>& fields);

// Writes lines to standard error, on a thread of its own: who logs never waits, and
// where nobody reads them the oldest lines are lost, as they are on a full disk. Safe
// to call from many threads.
class Logger {
 public:
  Logger(LogFormat format, LogLevel level);
  ~Logger();  // Writes what is left.

  void Log(LogLevel level, absl::string_view message, const std::vector<LogField>& fields = {});

  // The same at the level info, whatever the least level is.
  void LogAlways(absl::string_view message, const std::vector<LogField>& fields = {});

  void SetLevel(LogLevel level) { level_.store(level, std::memory_order_relaxed); }
  bool IsOn(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed); }

 private:
  class Impl;

  const LogFormat format_;
  std::atomic<LogLevel> level_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipesched

#endif  // PIPESCHED_DAEMON_OBSERVE_LOGGER_H_
