#include <pipesched/client/connect.h>
#include <pipesched/client/error.h>
#include <pipesched/client/timeline_ops.h>
#include <pipesched/v1/schedule_service.pb.h>

#include <iostream>

int main() {
  using namespace pipesched;
  const auto client = client::Connect({});  // PIPESCHED_SERVER, else 127.0.0.1:50551
  if (!client.ok()) {
    std::cerr << client.status() << "\n";
    return 64;
  }
  v1::ComputeScheduleRequest request;
  request.mutable_pipeline()->set_num_stages(4);
  request.mutable_pipeline()->set_num_microbatches(8);
  request.mutable_schedule()->set_kind(v1::SCHEDULE_KIND_1F1B);
  request.set_view(v1::VIEW_FULL);

  const auto plan = (*client)->ComputeSchedule(request);
  if (!plan.ok()) {
    std::cerr << plan.status() << "\n";
    for (const auto& [field, description] : client::GetErrorDetails(plan.status()).violations) {
      std::cerr << field << " " << description << "\n";
    }
    return 69;
  }
  std::cout << plan->metrics().makespan() << "\n";  // 33
  for (const client::TimedOp op : client::TimelineOps(plan->timeline())) {
    if (op.rank == 3) std::cout << op.microbatch << " " << op.start << " " << op.end << "\n";
  }
}
