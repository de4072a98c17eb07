#include <gtest/gtest.h>

#include <string>

#include "render/font.h"
#include "render/numbers.h"
#include "render/utf8.h"

namespace pipesched {
namespace {

TEST(PrintableTextTest, KeepsTextAndReplacesTheRest) {
  const std::string replaced = "\xef\xbf\xbd";  // U+FFFD
  const struct {
    std::string text, printable;
  } kCases[] = {
      {"1f1b \xc3\xa9 \xe2\x9c\x93 \xf0\x9f\x98\x80",
       "1f1b \xc3\xa9 \xe2\x9c\x93 \xf0\x9f\x98\x80"},
      {"a\nb\rc\td", "a b c d"},
      {std::string("a\0b", 3), "a b"},
      {"a\x7f\xc2\x85z", "a  z"},                                       // delete, next line
      {"\xff", replaced},                                               // no UTF-8 byte
      {"\xc3", replaced},                                               // cut short
      {"\xc0\xaf", replaced + replaced},                                // overlong "/"
      {"\xed\xa0\x80", replaced + replaced + replaced},                 // surrogate
      {"\xf4\x90\x80\x80", replaced + replaced + replaced + replaced},  // above U+10FFFF
      {"\xe2\x80\xae"
       "x",
       replaced + "x"},       // right-to-left override
      {"\xe2\x80\xa8", " "},  // line separator
  };
  for (const auto& c : kCases) EXPECT_EQ(PrintableText(c.text), c.printable);
}

TEST(FontTest, WidthGrowsWithTextAndSize) {
  const Font& font = Font::Default();
  EXPECT_EQ(font.Width("", 12), 0);
  EXPECT_GT(font.Width("88", 12), font.Width("8", 12));
  EXPECT_DOUBLE_EQ(font.Width("8", 24), 2 * font.Width("8", 12));
  EXPECT_DOUBLE_EQ(font.Width("88", 12), 2 * font.Width("8", 12));
}

TEST(FontTest, FitShortensToTheWidth) {
  const Font& font = Font::Default();
  const std::string text(100, 'm');
  for (const double width : {5.0, 20.0, 100.0, 500.0, 5000.0}) {
    const std::string fitted = font.Fit(text, 12, width);
    EXPECT_LE(font.Width(fitted, 12), width);
    if (width > 20 && width < 1000) {
      EXPECT_EQ(fitted.substr(fitted.size() - 3), "\xe2\x80\xa6");
      EXPECT_GT(font.Width(fitted, 12), width - 30);
    }
  }
  EXPECT_EQ(font.Fit(text, 12, 5000), text);
}

TEST(FormatTimeTest, WritesWhatPeopleRead) {
  constexpr struct {
    double time;
    const char* text;
  } kCases[] = {{0, "0"},           {33, "33"},     {0.25, "0.25"},     {55.8, "55.8"},
                {300000, "300000"}, {2e12, "2e12"}, {0.1 + 0.2, "0.3"}, {1e-9, "1e-9"}};
  for (const auto& c : kCases) EXPECT_EQ(FormatTime(c.time), c.text);
}

}  // namespace
}  // namespace pipesched
