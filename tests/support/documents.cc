#include "tests/support/documents.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/process.h"

namespace pipesched {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void ExpectFile(absl::string_view path, const std::string& content) {
  const std::string full = SourceFile(path);
  if (std::getenv("PIPESCHED_UPDATE") != nullptr) {
    std::ofstream(full, std::ios::binary) << content;
  }
  EXPECT_EQ(ReadFile(full), content) << path << " is not what its source says";
}

}  // namespace pipesched
