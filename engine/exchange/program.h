#ifndef PIPESCHED_ENGINE_EXCHANGE_PROGRAM_H_
#define PIPESCHED_ENGINE_EXCHANGE_PROGRAM_H_

#include "engine/exchange/action.h"
#include "engine/model/order.h"

namespace pipesched {

// The order's ops and nothing else.
Program ToProgram(const Order& order);

// The ops of a program, without its transfers and FSDP actions. OrderOf(ToProgram(x)) == x.
Order OrderOf(const Program& program);

// What the program holds besides ops.
bool HasTransfers(const Program& program);
bool HasFsdp(const Program& program);

// The program without its transfers.
Program WithoutTransfers(const Program& program);

// The program without its receives.
Program WithoutReceives(const Program& program);

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_EXCHANGE_PROGRAM_H_
