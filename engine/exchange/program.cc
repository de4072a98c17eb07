#include "engine/exchange/program.h"

#include <algorithm>

namespace pipesched {
namespace {

template <typename Predicate>
Program Filter(const Program& program, Predicate keep) {
  Program result;
  result.actions.reserve(program.actions.size());
  result.rank_offsets.reserve(program.rank_offsets.size());
  for (int r = 0; r < program.num_ranks(); ++r) {
    for (const Action action : program.rank(r)) {
      if (keep(action.kind())) result.actions.push_back(action);
    }
    result.EndRank();
  }
  return result;
}

template <typename Predicate>
bool Any(const Program& program, Predicate is) {
  return std::any_of(program.actions.begin(), program.actions.end(),
                     [&](Action action) { return is(action.kind()); });
}

}  // namespace

Program ToProgram(const Order& order) {
  Program program;
  program.actions.reserve(order.ops.size());
  for (const Op op : order.ops) program.actions.push_back(Action(op));
  program.rank_offsets = order.rank_offsets;
  return program;
}

Order OrderOf(const Program& program) {
  Order order;
  order.ops.reserve(program.actions.size());
  order.rank_offsets.reserve(program.rank_offsets.size());
  for (int r = 0; r < program.num_ranks(); ++r) {
    for (const Action action : program.rank(r)) {
      if (IsCompute(action.kind())) order.ops.push_back(action.op());
    }
    order.EndRank();
  }
  return order;
}

bool HasTransfers(const Program& program) { return Any(program, IsTransfer); }
bool HasFsdp(const Program& program) { return Any(program, IsFsdp); }

Program WithoutTransfers(const Program& program) {
  return Filter(program, [](ActionKind kind) { return !IsTransfer(kind); });
}

Program WithoutReceives(const Program& program) {
  return Filter(program, [](ActionKind kind) { return !IsReceive(kind); });
}

}  // namespace pipesched
