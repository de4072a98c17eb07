// The page as a file; what it does in a browser is tested by tests/pages.

#include "render/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/render/drawable.h"

namespace pipesched {
namespace {

absl::StatusOr<std::string> Write(const Drawable& drawable, Cancelled cancelled = NeverCancelled) {
  const Subject subject = drawable.subject();
  return WriteHtml(absl::MakeConstSpan(&subject, 1), drawable.options, cancelled);
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(WriteHtmlTest, IsOneFileThatAsksForNoOther) {
  const auto page = Write(Drawable(UnitPipeline(4, 8), "1f1b"));
  ASSERT_THAT(page, IsOk());
  EXPECT_TRUE(absl::StartsWith(*page, "<!doctype html>"));
  EXPECT_TRUE(absl::StrContains(*page, "default-src 'none'"));
  EXPECT_FALSE(std::regex_search(*page, std::regex("(src|href)=\"(?!data:)|@import|url\\(")));
  EXPECT_TRUE(*page == *Write(Drawable(UnitPipeline(4, 8), "1f1b")));
}

TEST(WriteHtmlTest, HostileLabelsAreData) {
  Drawable drawable(UnitPipeline(4, 8), "1f1b");
  const std::string harmless = *Write(drawable);
  for (const std::string& label :
       {std::string("</script><script>alert(1)</script>"), std::string("</title><img onerror=x>"),
        std::string("<!--<script>"), std::string("\" onload=\"alert(1)"), std::string("\xff\xfe"),
        std::string("\xe2\x80\xa8\\u003c"), std::string("nul\0nul", 7), std::string(1024, '<')}) {
    SCOPED_TRACE(label);
    drawable.options.labels = {label, label.substr(0, 64)};
    const std::string page = *Write(drawable);
    for (const char* part : {"<script", "</script", "<title", "</title", "<!--", "<img"}) {
      EXPECT_EQ(CountOf(page, part), CountOf(harmless, part)) << part;
    }
    EXPECT_FALSE(absl::StrContains(page, " onload=\"alert"));
  }
}

// Times of 1 and 2 units on both scales: the finer one has ten times as many ticks.
TEST(WriteHtmlTest, ComparesSchedulesOfDifferentTickScales) {
  Drawable fine(UnitPipeline(2, 3), "1f1b");
  Drawable coarse(UniformPipeline(2, 3, 100'000'000, 200'000'000, 0), "1f1b");
  coarse.pipeline.scale = TickScale::ForTotal(2e10);
  ASSERT_EQ(coarse.pipeline.scale.exponent(), fine.pipeline.scale.exponent() + 1);
  for (const bool fine_first : {true, false}) {
    SCOPED_TRACE(fine_first);
    const std::vector<Subject> subjects = {(fine_first ? fine : coarse).subject(),
                                           (fine_first ? coarse : fine).subject()};
    const auto page = WriteHtml(subjects, {});
    ASSERT_THAT(page, IsOk());
    // 1e8 ticks are the step of both: 0.1 of the finer scale's 1e9 a unit.
    EXPECT_TRUE(absl::StrContains(*page, "\"tick\":0.1,"));
    const size_t one = page->find("\"stretch\":1,");
    const size_t ten = page->find("\"stretch\":10,");
    ASSERT_NE(one, page->npos);
    ASSERT_NE(ten, page->npos);
    EXPECT_EQ(one < ten, fine_first);
  }
}

TEST(WriteHtmlTest, OpsAreCompact) {
  const Drawable drawable(UnitPipeline(64, 782), "1f1b");
  ASSERT_GE(drawable.order.num_ops(), 100'000);
  EXPECT_LT(Write(drawable)->size(), 6u << 20);
}

TEST(WriteHtmlTest, StopsWhenNobodyWaits) {
  EXPECT_THAT(Write(Drawable(UnitPipeline(4, 8), "1f1b"), [] { return true; }),
              StatusIs(absl::StatusCode::kCancelled, testing::_));
}

}  // namespace
}  // namespace pipesched
