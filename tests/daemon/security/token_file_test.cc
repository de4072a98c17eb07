#include "daemon/security/token_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

constexpr char kFirst[] = "first-token-of-the-test";
constexpr char kSecond[] = "second-token-of-the-test";

TEST(TokenFileTest, KnowsItsTokensAndNoOthers) {
  const TemporaryFolder folder;
  const auto file = TokenFile::Open(
      folder.Write("t", std::string("\n") + kFirst + "\r\n  " + kSecond + "  \n\n"));
  ASSERT_THAT(file, IsOk());
  EXPECT_TRUE((*file)->Contains(kFirst));
  EXPECT_TRUE((*file)->Contains(kSecond));
  EXPECT_FALSE((*file)->Contains(""));
  EXPECT_FALSE((*file)->Contains("first-token-of-the-tes"));
  EXPECT_FALSE((*file)->Contains("third-token-of-the-test"));
}

TEST(TokenFileTest, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(TokenFile::Open(folder.File("none")), StatusIs(kInvalid, HasSubstr("cannot read")));
  EXPECT_THAT(TokenFile::Open(folder.Write("t", "\n \n")),
              StatusIs(kInvalid, HasSubstr("t: holds no token")));
  const auto short_token = TokenFile::Open(folder.Write("t", std::string(kFirst) + "\nsecret\n"));
  EXPECT_THAT(short_token, StatusIs(kInvalid, HasSubstr("t: line 2: want a token of 16 or more")));
  // The token itself is told to nobody.
  EXPECT_THAT(std::string(short_token.status().message()), testing::Not(HasSubstr("secret")));
}

TEST(TokenFileTest, AWrongFileChangesNothing) {
  const TemporaryFolder folder;
  const auto file = TokenFile::Open(folder.Write("t", kFirst));
  ASSERT_THAT(file, IsOk());
  folder.Write("t", "short");
  EXPECT_FALSE((*file)->Reload().ok());
  EXPECT_TRUE((*file)->Contains(kFirst));
  folder.Write("t", kSecond);
  EXPECT_THAT((*file)->Reload(), IsOk());
  EXPECT_FALSE((*file)->Contains(kFirst));
  EXPECT_TRUE((*file)->Contains(kSecond));
}

}  // namespace
}  // namespace pipesched
