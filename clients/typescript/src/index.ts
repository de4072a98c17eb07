// Client of pipeschedd, which computes pipeline-parallel training schedules.
// Requests are the messages of the contract (proto/pipesched/v1), as plain objects;
// their int64 fields (bytes) are bigint.

export * from "./client.js";
export * from "./errors.js";
export * from "./options.js";
export * from "./plan.js";
export * from "./gen/pipesched/v1/exchange_pb.js";
export * from "./gen/pipesched/v1/metrics_pb.js";
export * from "./gen/pipesched/v1/picture_pb.js";
export * from "./gen/pipesched/v1/pipeline_pb.js";
export * from "./gen/pipesched/v1/schedule_pb.js";
export * from "./gen/pipesched/v1/schedule_service_pb.js";
export * from "./gen/pipesched/v1/search_pb.js";
export * from "./gen/pipesched/v1/validate_pb.js";
export { type OpRef, OpKind, OpRefSchema, TimelineSchema } from "./gen/pipesched/v1/timeline_pb.js";
