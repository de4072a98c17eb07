#ifndef PIPESCHED_TESTS_FUZZ_FUZZ_H_
#define PIPESCHED_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>

// What each target defines: must not crash, hang or leak, whatever the bytes are.
// libFuzzer calls it (preset fuzz); in all other builds replay_main.cc does.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// What a target may define: changes an input in place to another one of at most
// `max_size` bytes, and returns its size.
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                                                size_t max_size, unsigned int seed);

#endif  // PIPESCHED_TESTS_FUZZ_FUZZ_H_
