#ifndef PIPESCHED_TESTS_SUPPORT_DOCUMENTS_H_
#define PIPESCHED_TESTS_SUPPORT_DOCUMENTS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace pipesched {

std::string ReadFile(const std::string& path);

// That a file of the repo is `content`; with PIPESCHED_UPDATE set it is written.
void ExpectFile(absl::string_view path, const std::string& content);

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_DOCUMENTS_H_
