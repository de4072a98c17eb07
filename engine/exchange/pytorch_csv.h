#ifndef PIPESCHED_ENGINE_EXCHANGE_PYTORCH_CSV_H_
#define PIPESCHED_ENGINE_EXCHANGE_PYTORCH_CSV_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/exchange/action.h"
#include "engine/model/cancel.h"

namespace pipesched {

// The files of torch.distributed.pipelining: a row a rank, cells separated by commas, an
// action a cell, no header:
//
//   0F0,0SEND_F0,0RECV_B0,0B0
//   1RECV_F0,1F0,1B0,1SEND_B0
//
// A cell is [stage][F|I|W|B|SEND_F|RECV_F|SEND_B|RECV_B][microbatch], or
// [stage][UNSHARD|RESHARD|REDUCE_GRAD] with or without a microbatch, or a fused pair,
// (0F7;7B3)OVERLAP_F_B. An empty cell is an idle slot.
enum class CsvDialect {
  kPyTorch,
  kPyTorchLegacy,  // of PyTorch 2.5 and before: BW means B, and B means I
};

struct CsvLimits {
  int64_t max_rows = 4096;
  int64_t max_cells = int64_t{1} << 26;
};

// Reads such a file, strictly: every cell must match whole. Rows end in a line feed, with
// or without a carriage return before it, which the last may lack. Idle slots are dropped.
// Does not ask whether the program can run.
//
// Returns INVALID_ARGUMENT with row and column, both from 1, the cell and what was
// expected: "row 2, column 5: "2X0", want ...". Of many wrong cells the first. CANCELLED if
// `cancelled` said so.
absl::StatusOr<Program> ReadPyTorchCsv(absl::string_view text, CsvDialect dialect,
                                       const CsvLimits& limits = {},
                                       Cancelled cancelled = NeverCancelled);

// Writes such a file as consecutive parts of about 16 KiB, until `sink` returns false, each
// row ended by a line feed. Reading it gives the program again. Returns whether all of it
// was taken.
bool WritePyTorchCsv(const Program& program, CsvDialect dialect,
                     absl::FunctionRef<bool(absl::string_view part)> sink);

// The same as one text.
std::string FormatPyTorchCsv(const Program& program, CsvDialect dialect);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_PYTORCH_CSV_H_
