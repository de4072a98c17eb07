#include "daemon/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LoadedSettings Load(const std::vector<std::string>& args,
                    const std::vector<std::string>& environment = {}) {
  std::vector<const char*> pointers;
  for (const std::string& entry : environment) pointers.push_back(entry.c_str());
  pointers.push_back(nullptr);
  return LoadSettings(args, pointers.data());
}

TEST(LoadSettingsTest, EachSourceWinsOverTheNext) {
  const TemporaryFolder folder;
  const std::string file =
      folder.Write("d.yaml", "queue: 3\nworkers: 3\ndrain_delay: 3s\nlisten: [a:3, b:3]\n");
  const LoadedSettings loaded =
      Load({"--queue", "1", "--config", file}, {"PIPESCHED_QUEUE=2", "PIPESCHED_WORKERS=2"});
  EXPECT_TRUE(loaded.ok());
  const Settings& settings = loaded.settings;
  EXPECT_EQ(settings.Integer(FlagId::kQueue), 1);
  EXPECT_EQ(settings.Origin(FlagId::kQueue), "--queue");
  EXPECT_EQ(settings.Integer(FlagId::kWorkers), 2);
  EXPECT_EQ(settings.Origin(FlagId::kWorkers), "PIPESCHED_WORKERS");
  EXPECT_EQ(settings.Duration(FlagId::kDrainDelay), absl::Seconds(3));
  EXPECT_EQ(settings.Origin(FlagId::kDrainDelay), file + ": drain_delay");
  EXPECT_THAT(settings.Texts(FlagId::kListen), ElementsAre("a:3", "b:3"));
  EXPECT_EQ(settings.Bytes(FlagId::kCacheBytes), 128 << 20);
  EXPECT_EQ(settings.Origin(FlagId::kCacheBytes), "default");
}

TEST(LoadSettingsTest, EveryFlagHasTheSameNameInEachSource) {
  for (const Flag& flag : AllFlags()) {
    if (flag.scope == FlagScope::kCommandLineOnly) continue;
    SCOPED_TRACE(flag.name);
    const std::string value = flag.kind == FlagKind::kSwitch      ? "true"
                              : flag.kind == FlagKind::kAddresses ? "h:1"
                              : IsList(flag.kind)                 ? "7"
                              : flag.fallback.empty()             ? "/none"
                                                                  : std::string(flag.fallback);
    std::vector<std::string> problems;
    std::vector<std::string> warnings;
    const Settings from_args =
        ReadCommandLine({absl::StrCat(LongName(flag), "=", value)}, problems);
    const std::string variable = absl::StrCat(VariableName(flag), "=", value);
    const char* environment[] = {variable.c_str(), nullptr};
    const Settings from_environment = ReadEnvironment(environment, problems, warnings);
    EXPECT_EQ(from_args.Text(flag.id), value);
    EXPECT_EQ(from_environment.Text(flag.id), value);
    if (!ConfigKey(flag).empty()) {
      const Settings from_file =
          ReadConfigText(absl::StrCat(ConfigKey(flag), ": ", value), "f", problems);
      EXPECT_EQ(from_file.Text(flag.id), value);
      EXPECT_NE(from_file.Find(flag.id), nullptr);
    }
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(warnings, IsEmpty());
  }
}

TEST(LoadSettingsTest, TellsAllProblemsOfTheCommandLineAtOnce) {
  const LoadedSettings loaded = Load({"--workers", "0", "--quue", "3", "--drain-delay", "soon",
                                      "--log-format=xml", "--socket-mode", "8", "--listen"});
  EXPECT_THAT(
      loaded.usage_problems,
      ElementsAre("unknown flag \"--quue\"; did you mean --queue?", "--listen: needs a value",
                  "--socket-mode: want permissions, for example 0660, got \"8\"",
                  "--workers: want a whole number in [1, 1024] or auto, got \"0\"",
                  "--drain-delay: want a duration, for example 500ms or 3s, got \"soon\"",
                  "--log-format: want text|json, got \"xml\""));
  EXPECT_THAT(loaded.config_problems, IsEmpty());
  EXPECT_THAT(Load({"serve"}).usage_problems, ElementsAre("unexpected argument \"serve\""));
}

TEST(LoadSettingsTest, TellsAllProblemsOfTheFileWithTheirPlace) {
  std::vector<std::string> problems;
  ReadConfigText(
      "lissten: [a:1]\n"
      "queue: \"3\"\n"
      "cache_bytes: 64MB\n"
      "reflection: [true]\n"
      "workers: 2\n"
      "workers: 3\n"
      "allow_uid: []\n",
      "f", problems);
  EXPECT_THAT(
      problems,
      ElementsAre("f:1:1: unknown key \"lissten\"; did you mean listen?",
                  "f:2:8: queue: want no quotes, got the text \"3\"",
                  "f:3:14: cache_bytes: want bytes in [0, 1099511627776], for example "
                  "64MiB, got \"64MB\"",
                  "f:4:13: reflection: want one value, got a list",
                  "f:6:1: workers: is there twice", "f:7:12: allow_uid: the list is empty"));
}

TEST(LoadSettingsTest, WrongVariablesAreProblemsAndUnknownOnesWarnings) {
  const LoadedSettings loaded =
      Load({}, {"PIPESCHED_QUEUE=many", "PIPESCHED_WORKER=2", "PIPESCHED_SERVER=x",
                "PIPESCHED_PORT=tcp://10.0.0.1:80", "PIPESCHED_SERVICE_HOST=10.0.0.1", "PATH=/bin",
                "PIPESCHED_LISTEN=a:1,unix:/b"});
  EXPECT_THAT(loaded.config_problems,
              ElementsAre("PIPESCHED_QUEUE: want a whole number in [1, 1048576], got \"many\""));
  EXPECT_THAT(loaded.warnings, ElementsAre("unknown environment variable PIPESCHED_WORKER; did you "
                                           "mean PIPESCHED_WORKERS?"));
  EXPECT_THAT(loaded.settings.Texts(FlagId::kListen), ElementsAre("a:1", "unix:/b"));
}

TEST(LoadSettingsTest, AFileThatCannotBeReadIsAProblem) {
  const LoadedSettings loaded = Load({"--config", "/no/such/file"});
  ASSERT_EQ(loaded.config_problems.size(), 1u);
  EXPECT_THAT(loaded.config_problems[0], HasSubstr("--config: cannot read /no/such/file"));
}

TEST(LoadSettingsTest, ValuesWithUnits) {
  EXPECT_EQ(ParseBytes("64MiB"), 64 << 20);
  EXPECT_EQ(ParseBytes("3KiB"), 3072);
  EXPECT_EQ(ParseBytes("9223372036854775807GiB"), std::nullopt);
  EXPECT_EQ(ParseBytes("-1"), std::nullopt);
  EXPECT_EQ(ParseNonNegativeDuration("1m30s"), absl::Seconds(90));
  EXPECT_EQ(ParseNonNegativeDuration("-1s"), std::nullopt);
  EXPECT_EQ(ParseNonNegativeDuration("inf"), std::nullopt);
  EXPECT_EQ(ParseNonNegativeDuration("3"), std::nullopt);
  EXPECT_EQ(ParseMode("0660"), 0660);
  EXPECT_EQ(ParseMode("600"), 0600);
  EXPECT_EQ(ParseMode("4755"), std::nullopt);
}

// What --check-config prints is itself a config file that says the same.
TEST(LoadSettingsTest, TheEffectiveConfigurationReadsBack) {
  const LoadedSettings loaded =
      Load({"--listen", "unix:/a \"b\"", "--listen", "[::1]:1", "--allow-uid", "7", "--socket-mode",
            "0600", "--workers", "auto", "--reflection", "false"});
  ASSERT_TRUE(loaded.ok()) << absl::StrJoin(loaded.usage_problems, "\n");
  const std::string text = FormatSettings(loaded.settings);
  std::vector<std::string> problems;
  const Settings read = ReadConfigText(text, "f", problems);
  EXPECT_THAT(problems, IsEmpty()) << text;
  for (const Flag& flag : AllFlags()) {
    if (!ConfigKey(flag).empty()) {
      EXPECT_EQ(read.Texts(flag.id), loaded.settings.Texts(flag.id));
    }
  }
  EXPECT_THAT(text, HasSubstr("# --listen\n"));
  EXPECT_THAT(text, HasSubstr("# default\n"));
}

}  // namespace
}  // namespace pipesched
