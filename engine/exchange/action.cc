#include "engine/exchange/action.h"

#include "absl/strings/str_cat.h"

namespace pipesched {

absl::string_view ActionName(ActionKind kind) {
  static constexpr absl::string_view kNames[kNumActionKinds] = {
      "F",      "B",      "I",       "W",       "SEND_F",     "RECV_F",
      "SEND_B", "RECV_B", "UNSHARD", "RESHARD", "REDUCE_GRAD"};
  return kNames[static_cast<size_t>(kind)];
}

std::string FormatAction(Action action) {
  std::string text = absl::StrCat(action.stage(), ActionName(action.kind()));
  if (action.microbatch() != Action::kNoMicrobatch) absl::StrAppend(&text, action.microbatch());
  return text;
}

}  // namespace pipesched
