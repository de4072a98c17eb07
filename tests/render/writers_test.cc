// SVG and PDF against the scene, all writers against hostile labels and cancelled calls.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "render/escape.h"
#include "render/pdf.h"
#include "render/png.h"
#include "render/svg.h"
#include "render/text_picture.h"
#include "tests/render/drawable.h"
#include "tests/support/pipelines.h"

namespace pipesched {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Scene FourByEight() { return *Drawable(UnitPipeline(4, 8), "1f1b").Draw(); }

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Reads `svg` as strictly as any XML reader does elements, attributes and text: fails on
// markup that is not closed or escaped.
testing::AssertionResult IsWellFormed(const std::string& svg) {
  std::vector<std::string> open;
  for (size_t at = 0; at < svg.size();) {
    if (svg[at] != '<') {
      if (svg[at] == '>') return testing::AssertionFailure() << "> at " << at;
      if (svg[at] == '&' && !std::regex_search(svg.begin() + static_cast<std::ptrdiff_t>(at),
                                               svg.end(), std::regex("^&(amp|lt|gt|quot|#39);"),
                                               std::regex_constants::match_continuous)) {
        return testing::AssertionFailure() << "& at " << at;
      }
      ++at;
      continue;
    }
    std::smatch match;
    const std::string rest = svg.substr(at, 20'000);
    if (std::regex_search(rest, match, std::regex("^</([a-z:]+)>"))) {
      if (open.empty() || open.back() != match[1]) {
        return testing::AssertionFailure() << match[0] << " closes nothing";
      }
      open.pop_back();
    } else if (std::regex_search(rest, match,
                                 std::regex("^<([a-z:]+)( [a-zA-Z:-]+=\"[^\"<>]*\")*(/?)>"))) {
      if (match[3].length() == 0) open.push_back(match[1]);
    } else {
      return testing::AssertionFailure() << "no element: " << rest.substr(0, 60);
    }
    at += static_cast<size_t>(match.length());
  }
  return open.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << open.back();
}

TEST(WriteSvgTest, HoldsTheScene) {
  const Scene scene = FourByEight();
  const auto svg = WriteSvg(scene);
  ASSERT_THAT(svg, IsOk());
  EXPECT_TRUE(IsWellFormed(*svg));
  EXPECT_EQ(CountOf(*svg, "<rect "),
            1 + scene.bars.size() + scene.boxes.size() + scene.marks.size());
  EXPECT_EQ(CountOf(*svg, "<text "), scene.texts.size());
  EXPECT_THAT(*svg, HasSubstr(absl::StrCat("width=\"", scene.width, "\" height=\"", scene.height)));
  EXPECT_THAT(*svg, HasSubstr("<title>rank 1: 1B0, 8 to 10</title>"));
  EXPECT_EQ(*svg, *WriteSvg(FourByEight()));
}

TEST(WriteSvgTest, CarriesItsTexts) {
  const std::string svg = *WriteSvg(
      FourByEight(),
      std::vector<FileText>{{"digest", "abc"}, {"request", "{\"title\":\"</metadata>\"}"}});
  EXPECT_TRUE(IsWellFormed(svg));
  EXPECT_THAT(svg, HasSubstr("<metadata xmlns:p=\"urn:pipesched\">\n"
                             "<p:text key=\"digest\" value=\"abc\"/>\n"
                             "<p:text key=\"request\" value=\"{&quot;title&quot;:&quot;&lt;/"
                             "metadata&gt;&quot;}\"/>\n</metadata>\n"));
}

TEST(WriteSvgTest, ScalesByItsViewBox) {
  Scene scene = FourByEight();
  scene.scale = 2;
  EXPECT_THAT(*WriteSvg(scene),
              HasSubstr(absl::StrCat("width=\"", 2 * scene.width, "\" height=\"", 2 * scene.height,
                                     "\" viewBox=\"0 0 ", scene.width, " ", scene.height, "\"")));
}

TEST(WritePdfTest, IsAPageWithoutAClock) {
  const auto pdf = WritePdf(FourByEight());
  ASSERT_THAT(pdf, IsOk());
  EXPECT_THAT(*pdf, StartsWith("%PDF-"));
  EXPECT_THAT(*pdf, HasSubstr("/Count 1"));
  EXPECT_EQ(*pdf, *WritePdf(FourByEight()));
  const auto texts =
      WritePdf(FourByEight(), std::vector<FileText>{{"digest", "abc"}, {"request", "{x}"}});
  ASSERT_THAT(texts, IsOk());
  EXPECT_THAT(*texts, HasSubstr("/Subject (digest: abc; request: {x})"));
}

TEST(WritersTest, HostileLabelsAreData) {
  Drawable drawable(UnitPipeline(4, 8), "1f1b");
  for (const std::string& label :
       {std::string("</title><script>alert(1)</script>"), std::string("\" onload=\"alert(1)"),
        std::string("]]>&amp;<!--"), std::string("a\nb\tc\x01\x7f"), std::string("\xff\xfe\xc3"),
        std::string("nul\0nul", 7),
        std::string("\xe2\x80\xae"
                    "esrever"),
        std::string(1024, '<'), std::string("\xf0\x9f\x92\xa9 \xd7\xa9\xd7\x9c")}) {
    SCOPED_TRACE(label);
    drawable.options.labels = {label, label.substr(0, 64)};
    const Scene scene = *drawable.Draw();
    const std::string svg = *WriteSvg(scene);
    EXPECT_TRUE(IsWellFormed(svg));
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
    EXPECT_THAT(svg, Not(HasSubstr(" onload=\"")));
    EXPECT_THAT(WritePdf(scene), IsOk());
    EXPECT_THAT(WritePng(scene, {}), IsOk());
    const Subject subject = drawable.subject();
    for (const bool ascii : {false, true}) {
      const auto text = DrawText(absl::MakeConstSpan(&subject, 1), drawable.options,
                                 {.columns = 80, .colour = false, .ascii = ascii});
      ASSERT_THAT(text, IsOk());
      for (const char c : text->text) {
        const auto byte = static_cast<unsigned char>(c);
        EXPECT_TRUE(byte == '\n' || (byte >= 0x20 && byte != 0x7F)) << static_cast<int>(byte);
        EXPECT_TRUE(!ascii || byte < 0x80);
      }
    }
  }
}

TEST(EscapeTest, ScriptStringsEndNoScript) {
  EXPECT_EQ(ScriptString("</script>\"\\&\xc3\xa9\n"),
            "\"\\u003c/script\\u003e\\u0022\\u005c\\u0026\\u00e9 \"");
  EXPECT_EQ(ScriptString("\xf0\x9f\x92\xa9"), "\"\\ud83d\\udca9\"");
}

// Each writer asks at least once a row, or each some thousand shapes, and then stops.
TEST(WritersTest, StopWhenNobodyWaits) {
  const Drawable drawable(UnitPipeline(64, 128), "1f1b");
  const Subject subject = drawable.subject();
  const Scene scene = *drawable.Draw();
  ASSERT_GT(scene.boxes.size(), 2000u);
  const auto cancelled = [] { return true; };
  const auto is_cancelled = StatusIs(absl::StatusCode::kCancelled, testing::_);
  EXPECT_THAT(LayOut(subject, {}, {}, cancelled), is_cancelled);
  EXPECT_THAT(WritePng(scene, {}, cancelled), is_cancelled);
  EXPECT_THAT(WriteSvg(scene, {}, cancelled), is_cancelled);
  EXPECT_THAT(WritePdf(scene, {}, cancelled), is_cancelled);
  EXPECT_THAT(DrawText(absl::MakeConstSpan(&subject, 1), {}, {}, cancelled), is_cancelled);
}

}  // namespace
}  // namespace pipesched
