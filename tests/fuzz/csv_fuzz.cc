// The reader of PyTorch CSV, in both dialects, and what is done with what it reads: a file
// that is read comes back, validation ends, and lowerings of what can run are safe.

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/exchange/lower.h"
#include "engine/exchange/program.h"
#include "engine/exchange/pytorch_csv.h"
#include "engine/exchange/validate.h"
#include "tests/fuzz/fuzz.h"

namespace pipesched {
namespace {

// The sizes that the daemon takes, and less than a second.
constexpr int kMostStages = 4096;
constexpr int kMostMicrobatches = 1 << 20;

constexpr Transport kTransports[] = {Transport::kAsync, Transport::kPerEdgeFifo,
                                     Transport::kPerPairFifo, Transport::kRendezvous};

void Demand(bool condition) {
  if (!condition) std::abort();
}

void TryProgram(const Program& program) {
  int stages = 1;
  int microbatches = 1;
  for (const Action action : program.actions) {
    stages = std::max(stages, action.stage() + 1);
    microbatches = std::max(microbatches, action.microbatch() + 1);
  }
  if (stages > kMostStages || microbatches > kMostMicrobatches || program.num_ranks() == 0) return;
  const Placement placement = PlacementByFirstUse(program, stages);
  const auto validate = [&](const Program& p, Transport transport) {
    return *Validate(placement, microbatches, p, transport);
  };
  for (const Transport transport : kTransports) (void)validate(program, transport);
  const Program ops = WithoutTransfers(program);
  if (!validate(ops, Transport::kAsync).is_safe()) return;
  const auto eager = LowerEager(placement, microbatches, ops);
  Demand(eager.ok() && validate(*eager, Transport::kAsync).is_safe());
  Demand(WithoutTransfers(*eager) == ops);
  // Any times do for that; here all ops end at once.
  const std::vector<int64_t> ends(ops.actions.size());
  const auto safe = LowerSafe(placement, microbatches, ops, ends);
  Demand(safe.ok() && WithoutTransfers(*safe) == ops);
  for (const Transport transport : kTransports) {
    Demand(validate(*safe, transport).is_safe());
  }
}

}  // namespace
}  // namespace pipesched

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using pipesched::CsvDialect;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const CsvDialect dialect : {CsvDialect::kPyTorch, CsvDialect::kPyTorchLegacy}) {
    const auto program = pipesched::ReadPyTorchCsv(text, dialect, {.max_rows = 64});
    if (!program.ok()) continue;
    const std::string again = pipesched::FormatPyTorchCsv(*program, dialect);
    pipesched::Demand(*pipesched::ReadPyTorchCsv(again, dialect) == *program);
    pipesched::TryProgram(*program);
  }
  return 0;
}
