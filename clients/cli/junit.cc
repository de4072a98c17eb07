#include "clients/cli/junit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"

namespace pipesched::cli {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

// For text and attributes. Line feeds of attributes are kept as references.
std::string Escape(absl::string_view text) {
  if (!IsUtf8(text)) return std::string(kReplacement);
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\n': result += "&#10;"; break;
      case '\t': result += "&#9;"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          absl::StrAppend(&result, kReplacement);
        } else {
          result += c;
        }
    }
  }
  return result;
}

}  // namespace

std::string FormatJunit(absl::string_view suite, const std::vector<JunitCase>& cases) {
  const auto failed = std::count_if(cases.begin(), cases.end(),
                                    [](const JunitCase& c) { return !c.failures.empty(); });
  const auto skipped = std::count_if(cases.begin(), cases.end(),
                                     [](const JunitCase& c) { return !c.skipped.empty(); });
  const std::string counts = absl::StrCat("tests=\"", cases.size(), "\" failures=\"", failed,
                                          "\" errors=\"0\" skipped=\"", skipped, "\"");
  std::string text =
      absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pipesched\" ",
                   counts, ">\n  <testsuite name=\"", Escape(suite), "\" ", counts, ">\n");
  for (const JunitCase& c : cases) {
    absl::StrAppend(&text, "    <testcase classname=\"pipesched.validate\" name=\"", Escape(c.name),
                    "\"");
    if (!c.skipped.empty()) {
      absl::StrAppend(&text, "><skipped message=\"", Escape(c.skipped), "\"/></testcase>\n");
    } else if (!c.failures.empty()) {
      absl::StrAppend(&text, ">\n      <failure message=\"", Escape(c.failures[0]), "\">",
                      Escape(absl::StrJoin(c.failures, "\n")), "</failure>\n    </testcase>\n");
    } else {
      absl::StrAppend(&text, "/>\n");
    }
  }
  absl::StrAppend(&text, "  </testsuite>\n</testsuites>\n");
  return text;
}

}  // namespace pipesched::cli
