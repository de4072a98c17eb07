// Runs a fuzz target without libFuzzer: over the files of its corpus, and over many
// small changes of each. The same changes each time.
//
//   fuzz_TARGET CORPUS_FOLDER [CHANGES_A_FILE]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

// Deletes, repeats, replaces or copies some bytes.
std::string Change(std::string input, const std::vector<std::string>& corpus,
                   std::mt19937& random) {
  const auto below = [&](size_t end) { return end == 0 ? 0 : random() % end; };
  for (size_t changes = 1 + below(4); changes > 0; --changes) {
    const size_t at = below(input.size() + 1);
    switch (below(4)) {
      case 0: input.erase(at, 1 + below(4)); break;
      case 1: input.insert(at, 1 + below(4), static_cast<char>(random())); break;
      case 2:
        if (at < input.size()) input[at] = static_cast<char>(random());
        break;
      default: {
        const std::string& other = corpus[below(corpus.size())];
        input.insert(at, other, below(other.size()), 1 + below(16));
      }
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 64;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const std::string& file : files) {
    std::ifstream stream(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  if (corpus.empty()) return 66;
  const int changes = argc > 2 ? std::atoi(argv[2]) : 500;
  std::mt19937 random(1);
  for (const std::string& input : corpus) {
    Run(input);
    for (int i = 0; i < changes; ++i) Run(Change(input, corpus, random));
    for (int i = 0; i < changes && LLVMFuzzerCustomMutator != nullptr; ++i) {
      // One after another, so that changes add up.
      constexpr size_t kMaxSize = 1 << 16;
      std::string changed = input;
      for (int k = i % 8; k >= 0; --k) {
        const size_t size = changed.size();
        changed.resize(kMaxSize);
        changed.resize(LLVMFuzzerCustomMutator(reinterpret_cast<uint8_t*>(changed.data()), size,
                                               kMaxSize, static_cast<unsigned>(random())));
      }
      Run(changed);
    }
  }
  std::printf("%zu files, %d changes of each\n", corpus.size(), changes);
  return 0;
}
