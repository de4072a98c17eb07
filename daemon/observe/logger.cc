#include "daemon/observe/logger.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/text.h"

namespace pipesched {
namespace {

constexpr size_t kMaxWaitingLines = 8192;

constexpr absl::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

absl::string_view NameOf(LogLevel level) { return kLevelNames[static_cast<size_t>(level)]; }

std::string JsonOf(const LogField& field) {
  if (const auto* text = std::get_if<std::string>(&field.value)) return JsonQuote(*text);
  if (const auto* number = std::get_if<int64_t>(&field.value)) return absl::StrCat(*number);
  if (const auto* number = std::get_if<double>(&field.value))
    return absl::StrFormat("%.6g", *number);
  return std::get<bool>(field.value) ? "true" : "false";
}

// In text a simple word needs no quotes.
std::string TextOf(const LogField& field) {
  const auto* text = std::get_if<std::string>(&field.value);
  const bool is_word = text != nullptr && !text->empty() &&
                       text->find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789-_.:/=[]") == std::string::npos;
  return is_word ? *text : JsonOf(field);
}

}  // namespace

LogLevel ParseLogLevel(absl::string_view text) {
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kWarning, LogLevel::kError}) {
    if (NameOf(level) == text) return level;
  }
  return LogLevel::kInfo;
}

std::string FormatLogLine(LogFormat format, absl::Time time, LogLevel level,
                          absl::string_view message, const std::vector<LogField>& fields) {
  const std::string stamp = absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", time, absl::UTCTimeZone());
  if (format == LogFormat::kText) {
    std::string line = absl::StrCat(stamp, " ", NameOf(level), " ", absl::CHexEscape(message));
    for (const LogField& field : fields) absl::StrAppend(&line, " ", field.key, "=", TextOf(field));
    return line;
  }
  std::string line = absl::StrCat("{\"ts\": \"", stamp, "\", \"level\": \"", NameOf(level),
                                  "\", \"msg\": ", JsonQuote(message));
  for (const LogField& field : fields) {
    absl::StrAppend(&line, ", ", JsonQuote(field.key), ": ", JsonOf(field));
  }
  return line + "}";
}

class Logger::Impl {
 public:
  Impl()
      : pool_(std::make_shared<spdlog::details::thread_pool>(kMaxWaitingLines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "pipeschedd", std::make_shared<spdlog::sinks::stderr_sink_mt>(), pool_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);  // The level is ours.
  }

  void Write(const std::string& line) { logger_->log(spdlog::level::info, line); }

 private:
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

Logger::Logger(LogFormat format, LogLevel level)
    : format_(format), level_(level), impl_(std::make_unique<Impl>()) {}

Logger::~Logger() = default;

void Logger::Log(LogLevel level, absl::string_view message, const std::vector<LogField>& fields) {
  if (!IsOn(level)) return;
  impl_->Write(FormatLogLine(format_, absl::Now(), level, message, fields));
}

void Logger::LogAlways(absl::string_view message, const std::vector<LogField>& fields) {
  impl_->Write(FormatLogLine(format_, absl::Now(), LogLevel::kInfo, message, fields));
}

}  // namespace pipesched
