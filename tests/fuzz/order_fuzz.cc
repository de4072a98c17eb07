// The reader of order text: what it reads comes back, byte by byte but for the last line feed.

#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/model/order_text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto order = pipesched::ParseOrder(text);
  if (!order.ok()) return 0;
  const std::string again = pipesched::FormatOrder(*order);
  const bool ends = text.empty() || absl::EndsWith(text, "\n");
  if (again != absl::StrCat(text, ends ? "" : "\n")) std::abort();
  return 0;
}
