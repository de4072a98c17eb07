#ifndef PIPESCHED_ENGINE_MODEL_COLUMN_H_
#define PIPESCHED_ENGINE_MODEL_COLUMN_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "engine/model/cancel.h"

namespace pipesched {

// Allocator of vectors with an entry an op. Asks the kernel for huge pages where
// the array is large, since a page fault each 4 KiB costs as much as computing
// the ops in it; and leaves entries that resize() adds uninitialized, since they
// are written once anyway. Throws AllocationCancelled where a CancelAllocation says so.
template <typename T>
class ColumnAllocator {
 public:
  using value_type = T;

  ColumnAllocator() = default;
  template <typename U>
  ColumnAllocator(const ColumnAllocator<U>&) {}  // NOLINT: converting by design

  T* allocate(size_t count) {
    if (!IsLarge(count)) return std::allocator<T>().allocate(count);
    const size_t bytes = (count * sizeof(T) + kHugePage - 1) / kHugePage * kHugePage;
    void* const memory = std::aligned_alloc(kHugePage, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    madvise(memory, bytes, MADV_HUGEPAGE);  // A hint: may fail.
    if (!CancelAllocation::IsInForce() || TouchPages(static_cast<char*>(memory), bytes)) {
      return static_cast<T*>(memory);
    }
    std::free(memory);
    throw AllocationCancelled();
  }

  void deallocate(T* memory, size_t count) {
    if (IsLarge(count)) {
      std::free(memory);
    } else {
      std::allocator<T>().deallocate(memory, count);
    }
  }

  template <typename U>
  void construct(U* place) {
    ::new (static_cast<void*>(place)) U;
  }
  template <typename U, typename... Args>
  void construct(U* place, Args&&... args) {
    ::new (static_cast<void*>(place)) U(std::forward<Args>(args)...);
  }

  friend bool operator==(const ColumnAllocator&, const ColumnAllocator&) { return true; }

 private:
  static constexpr size_t kPage = size_t{4} << 10;
  static constexpr size_t kHugePage = size_t{2} << 20;

  // Has the pages made now; false: the work is cancelled.
  static bool TouchPages(char* memory, size_t bytes) {
    for (size_t i = 0; i < bytes; i += kPage) {
      if (i % kHugePage == 0 && CancelAllocation::IsCancelled()) return false;
      memory[i] = 0;
    }
    return true;
  }

  static bool IsLarge(size_t count) { return count >= 2 * kHugePage / sizeof(T); }
};

template <typename T>
using Column = std::vector<T, ColumnAllocator<T>>;

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_MODEL_COLUMN_H_
