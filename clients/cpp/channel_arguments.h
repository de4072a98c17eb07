#ifndef PIPESCHED_CLIENTS_CPP_CHANNEL_ARGUMENTS_H_
#define PIPESCHED_CLIENTS_CPP_CHANNEL_ARGUMENTS_H_

#include <grpcpp/support/channel_arguments.h>

namespace pipesched::client {

// What every channel of this library is made with: its receive limit, no proxy of
// the environment, and its retries.
grpc::ChannelArguments DefaultChannelArguments();

}  // namespace pipesched::client

#endif  // PIPESCHED_CLIENTS_CPP_CHANNEL_ARGUMENTS_H_
