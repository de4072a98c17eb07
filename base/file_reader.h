#ifndef PIPESCHED_BASE_FILE_READER_H_
#define PIPESCHED_BASE_FILE_READER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace pipesched {

// "-" is standard input: how messages name what is read.
std::string InputName(const std::string& path);

// The bytes of a file ("-": standard input).
//
// Returns NOT_FOUND or PERMISSION_DENIED or the like if it cannot be read, and
// INVALID_ARGUMENT if it has more than `max_bytes`.
absl::StatusOr<std::string> ReadInput(const std::string& path, size_t max_bytes);

}  // namespace pipesched

#endif  // PIPESCHED_BASE_FILE_READER_H_
