#ifndef PIPESCHED_CLIENTS_CLI_INTERRUPT_H_
#define PIPESCHED_CLIENTS_CLI_INTERRUPT_H_

#include <thread>

#include "clients/cpp/cancellation.h"

namespace pipesched::cli {

// While it lives, the first Ctrl-C (SIGINT) cancels the running call, and the
// second one ends the program with 130 at once. Make it before any other thread
// starts, so that all of them have the signal blocked. A SIGINT that the program
// was started to ignore stays ignored.
class InterruptHandler {
 public:
  explicit InterruptHandler(client::Cancellation* cancellation);
  ~InterruptHandler();
  InterruptHandler(const InterruptHandler&) = delete;
  InterruptHandler& operator=(const InterruptHandler&) = delete;

 private:
  std::thread thread_;
};

}  // namespace pipesched::cli

#endif  // PIPESCHED_CLIENTS_CLI_INTERRUPT_H_
