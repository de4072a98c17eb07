#ifndef PIPESCHED_TESTS_FUZZ_FUZZ_H_
#define PIPESCHED_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>

// What each target defines: must not crash, hang or leak, whatever the bytes are.
// libFuzzer calls it (preset fuzz); in all other builds replay_main.cc does.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#endif  // PIPESCHED_TESTS_FUZZ_FUZZ_H_
