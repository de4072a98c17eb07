// The documents that are made from the tables of flags and reasons. "PIPESCHED_UPDATE=1
// build/release/bin/daemon_config_documents_test" writes them anew.

#include "tests/support/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config/flags.h"
#include "daemon/config/help.h"
#include "daemon/reasons.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

// The lines of a file between "<!-- NAME -->" and "<!-- end of NAME -->".
void ExpectSection(const std::string& path, const std::string& name, const std::string& content) {
  const std::string begin_mark = absl::StrCat("<!-- ", name, " -->\n");
  const std::string old = ReadFile(SourceFile(path));
  const size_t begin = old.find(begin_mark);
  const size_t end = old.find(absl::StrCat("<!-- end of ", name, " -->"));
  ASSERT_TRUE(begin != old.npos && end != old.npos) << path;
  ExpectFile(path,
             absl::StrCat(old.substr(0, begin + begin_mark.size()), content, old.substr(end)));
}

TEST(DocumentsTest, ManPage) { ExpectFile("docs/pipeschedd.8", FormatManPage()); }

TEST(DocumentsTest, Schema) { ExpectFile("docs/pipeschedd.schema.json", FormatConfigSchema()); }

TEST(DocumentsTest, ReferenceTable) {
  ExpectSection("docs/daemon.md", "flags", FormatReferenceTable());
}

TEST(DocumentsTest, Reasons) { ExpectSection("docs/errors.md", "reasons", FormatReasons()); }

// The contract names every reason, so that clients' authors find them.
TEST(DocumentsTest, TheContractNamesEveryReason) {
  const std::string proto = ReadFile(SourceFile("proto/pipesched/v1/schedule_service.proto"));
  const std::regex reason("reason\\s+(?://\\s+)?([A-Z_]+)");
  std::set<std::string> named;
  for (std::sregex_iterator found(proto.begin(), proto.end(), reason), end; found != end; ++found) {
    named.insert((*found)[1]);
  }
  std::set<std::string> known;
  for (const ReasonInfo& info : AllReasons()) known.emplace(info.reason);
  EXPECT_EQ(named, known);
}

TEST(DocumentsTest, HelpNamesEveryFlag) {
  for (const Flag& flag : AllFlags()) {
    EXPECT_THAT(FormatHelp(), HasSubstr(absl::StrCat("  ", LongName(flag))));
  }
}

}  // namespace
}  // namespace pipesched
