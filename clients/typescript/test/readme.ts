import { Client, InvalidRequestError, ScheduleKind, View, token } from "@pipesched/client";

const client = new Client(); // PIPESCHED_SERVER, else 127.0.0.1:50551
export const plan = await client.computeSchedule({
  pipeline: { numStages: 4, numMicrobatches: 8 },
  schedule: { kind: ScheduleKind.SCHEDULE_KIND_1F1B },
  view: View.FULL,
});
console.log(plan.metrics?.makespan); // 33
for (const op of plan.timeline!.ops(3)) console.log(token(op), op.start, op.end); // 3F0 3 4 ...

try {
  await client.computeSchedule({ pipeline: { numStages: 0, numMicrobatches: 8 } });
} catch (error) {
  if (!(error instanceof InvalidRequestError)) throw error;
  for (const { field, description } of error.violations) console.log(field, description);
}
client.close();
