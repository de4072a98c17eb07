#include "daemon/observe/logger.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

namespace pipesched {
namespace {

using testing::HasSubstr;

const absl::Time kTime =
    absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::UTCTimeZone()) +
    absl::Nanoseconds(6);

TEST(FormatLogLineTest, TextAndJson) {
  const std::vector<LogField> fields = {
      {"id", "a-1"}, {"text", "two words"}, {"n", int64_t{-3}}, {"ms", 1.5}, {"on", true}};
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "call", fields),
            "2026-01-02T03:04:05.000000006Z info call id=a-1 text=\"two words\" n=-3 ms=1.5 "
            "on=true");
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, kTime, LogLevel::kWarning, "call", fields),
            "{\"ts\": \"2026-01-02T03:04:05.000000006Z\", \"level\": \"warning\", \"msg\": "
            "\"call\", \"id\": \"a-1\", \"text\": \"two words\", \"n\": -3, \"ms\": 1.5, \"on\": "
            "true}");
}

// Whatever a caller sends, a line stays one line, of UTF-8.
TEST(FormatLogLineTest, NoValueCanForgeALine) {
  for (const std::string& evil :
       {std::string("a\nlevel=error forged"), std::string("a\r\n\x1b[31m"), std::string("\0", 1),
        std::string("\xff\xfe bad"), std::string("quote\" }"), std::string("a=b c=d"),
        std::string()}) {
    for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
      const std::string line =
          FormatLogLine(format, kTime, LogLevel::kInfo, evil, {{"key", evil}, {"last", true}});
      for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
      EXPECT_THAT(line,
                  testing::EndsWith(format == LogFormat::kText ? " last=true" : "\"last\": true}"));
      if (format == LogFormat::kText) continue;
      // An independent reader of JSON takes it, with these keys and no others.
      google::protobuf::Struct parsed;
      ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &parsed).ok()) << line;
      EXPECT_EQ(parsed.fields_size(), 5);
    }
  }
}

TEST(ParseLogLevelTest, KnowsTheChoicesOfTheFlag) {
  EXPECT_EQ(ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(ParseLogLevel("warning"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("error"), LogLevel::kError);
}

}  // namespace
}  // namespace pipesched
