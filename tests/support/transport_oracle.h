#ifndef PIPESCHED_TESTS_SUPPORT_TRANSPORT_ORACLE_H_
#define PIPESCHED_TESTS_SUPPORT_TRANSPORT_ORACLE_H_

#include <optional>

#include "engine/exchange/action.h"
#include "engine/exchange/validate.h"

namespace pipesched {

// Whether a program comes to its end, by restating the rules of the transports again and
// again until nothing changes: slow, and independent of engine/exchange. Without a
// transport the program has ops alone, whose data is at once where it is needed.
//
// Every op's producer, RECV and SEND are there, each once.
bool ReferenceFinishes(const Program& program, std::optional<Transport> transport);

}  // namespace pipesched

#endif  // PIPESCHED_TESTS_SUPPORT_TRANSPORT_ORACLE_H_
