import {
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
  create,
  fromBinary,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type ClientReadableStream,
  type ClientUnaryCall,
  Client as Channel,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";

import { BrokenResponseError, DeadlineError, fromServiceError } from "./errors.js";
import { PipelineShapeSchema } from "./gen/pipesched/v1/pipeline_pb.js";
import type { ScheduleKindInfo } from "./gen/pipesched/v1/schedule_pb.js";
import {
  type ComputeScheduleRequestSchema,
  type ExportScheduleRequestSchema,
  type ExportScheduleResponse,
  type GetServerInfoResponse,
  type RenderScheduleRequestSchema,
  type RenderScheduleResponse,
  ScheduleService,
  type StreamScheduleRequestSchema,
  type StreamScheduleResponse,
  StreamScheduleResponseSchema,
  View,
} from "./gen/pipesched/v1/schedule_service_pb.js";
import {
  type CompareSchedulesRequestSchema,
  type CompareSchedulesResponse,
  type SearchScheduleRequestSchema,
  type SearchScheduleResponse,
} from "./gen/pipesched/v1/search_pb.js";
import { type Timeline as TimelineMessage, TimelineSchema } from "./gen/pipesched/v1/timeline_pb.js";
import type {
  ValidateScheduleRequestSchema,
  ValidateScheduleResponse,
} from "./gen/pipesched/v1/validate_pb.js";
import {
  type CallOptions,
  type ClientOptions,
  DEFAULT_TIMEOUT_MS,
  channelCredentials,
  channelOptions,
  resolveTarget,
} from "./options.js";
import { type Plan, Timeline, checkTimeline } from "./plan.js";
import { retry } from "./retry.js";

// grpc.health.v1.Health/Check of a whole server: its request is empty, and its answer
// one enum of field 1.
const HEALTH_CHECK = "/grpc.health.v1.Health/Check";
const SERVING = Buffer.from([0x08, 0x01]);
const READY_POLL_MS = 50;

const same = (bytes: Buffer): Buffer => bytes;

/**
 * Asks a daemon about schedules. Connects with the first call. Calls reject with
 * PipeschedError. A proxy of the environment is not used.
 */
export class Client {
  readonly target: string;
  readonly #channel: Channel;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    this.#options = options;
    this.target = resolveTarget(options);
    const { tls } = options;
    this.#channel = new Channel(this.target, channelCredentials(tls), channelOptions(tls));
  }

  /** Closes the connection. */
  close(): void {
    this.#channel.close();
  }

  /** A schedule; with View.FULL the plan has a timeline. */
  async computeSchedule(
    request: MessageInitShape<typeof ComputeScheduleRequestSchema>,
    options?: CallOptions,
  ): Promise<Plan> {
    const answer = await this.#unary(ScheduleService.method.computeSchedule, request, options);
    return toPlan(answer, request.view === View.FULL);
  }

  /** computeSchedule with View.FULL for schedules of any size. */
  async streamSchedule(
    request: MessageInitShape<typeof StreamScheduleRequestSchema>,
    options?: CallOptions,
  ): Promise<Plan> {
    const merged = create(StreamScheduleResponseSchema);
    const method = ScheduleService.method.streamSchedule;
    await this.#stream(method, request, (message) => merge(merged, message), options);
    return toPlan(merged, true);
  }

  /** A picture. */
  renderSchedule(
    request: MessageInitShape<typeof RenderScheduleRequestSchema>,
    options?: CallOptions,
  ): Promise<RenderScheduleResponse> {
    return this.#unary(ScheduleService.method.renderSchedule, request, options);
  }

  /** A file of another program. */
  exportSchedule(
    request: MessageInitShape<typeof ExportScheduleRequestSchema>,
    options?: CallOptions,
  ): Promise<ExportScheduleResponse> {
    return this.#unary(ScheduleService.method.exportSchedule, request, options);
  }

  /** Whether a schedule can run, with everything that is wrong with it. */
  validateSchedule(
    request: MessageInitShape<typeof ValidateScheduleRequestSchema>,
    options?: CallOptions,
  ): Promise<ValidateScheduleResponse> {
    return this.#unary(ScheduleService.method.validateSchedule, request, options);
  }

  /** All schedule kinds on one machine, by makespan. */
  compareSchedules(
    request: MessageInitShape<typeof CompareSchedulesRequestSchema>,
    options?: CallOptions,
  ): Promise<CompareSchedulesResponse> {
    return this.#unary(ScheduleService.method.compareSchedules, request, options);
  }

  /**
   * The best order that a search of a machine finds: the last message. `progress` is
   * called with each message; those with an `order` hold the best so far, which is what
   * a caller has who ends the search by the signal of the options.
   */
  async searchSchedule(
    request: MessageInitShape<typeof SearchScheduleRequestSchema>,
    progress?: (message: SearchScheduleResponse) => void,
    options?: CallOptions,
  ): Promise<SearchScheduleResponse> {
    const method = ScheduleService.method.searchSchedule;
    const received: SearchScheduleResponse[] = []; // the last one
    const receive = (message: SearchScheduleResponse) => {
      received[0] = message;
      progress?.(message);
    };
    await this.#stream(method, request, receive, options);
    const last = received[0];
    if (last?.search?.finished !== true) {
      throw new BrokenResponseError("the server sent no last message");
    }
    if (request.withTimeline === true || last.timeline) {
      checkTimeline(
        last.timeline ?? create(TimelineSchema),
        last.shape ?? create(PipelineShapeSchema),
      );
    }
    return last;
  }

  /** The schedule kinds that the server knows. */
  async listScheduleKinds(options?: CallOptions): Promise<ScheduleKindInfo[]> {
    return (await this.#unary(ScheduleService.method.listScheduleKinds, {}, options)).kinds;
  }

  /** The server's version, limits and abilities. */
  getServerInfo(options?: CallOptions): Promise<GetServerInfoResponse> {
    return this.#unary(ScheduleService.method.getServerInfo, {}, options);
  }

  /** What the server says of its health; rejects if it does not answer. */
  async isServing(options: CallOptions = {}): Promise<boolean> {
    const metadata = await this.#metadata();
    metadata.setOptions({ waitForReady: true });
    const answer = await this.#call<Buffer>(options, (settings, done) =>
      this.#channel.makeUnaryRequest(
        HEALTH_CHECK, same, same, Buffer.alloc(0), metadata, settings, done,
      ),
    );
    return SERVING.equals(answer);
  }

  /** Waits until the server serves; DeadlineError: it did not within the timeout. */
  async waitReady(options: CallOptions = {}): Promise<void> {
    const timeoutMs = this.#timeout(options);
    const deadline = Date.now() + timeoutMs;
    const rest = () => ({ ...options, timeoutMs: Math.max(0, deadline - Date.now()) });
    while (!(await this.isServing(rest()))) {
      if (Date.now() + READY_POLL_MS >= deadline) {
        const message = `${this.target} does not serve after ${timeoutMs} ms`;
        throw new DeadlineError(message, { code: status.DEADLINE_EXCEEDED });
      }
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }

  async #unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    const metadata = await this.#metadata();
    return this.#call(options, (settings, done) =>
      this.#channel.makeUnaryRequest(
        path(method), serializer(method.input), parser(method.output),
        create(method.input, request), metadata, settings, done,
      ),
    );
  }

  async #stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    receive: (message: MessageShape<O>) => void,
    options: CallOptions = {},
  ): Promise<void> {
    const metadata = await this.#metadata();
    let received = false; // What came cannot be taken back: no retry.
    const mayRetry = () => !received;
    return this.#call<void>(options, (settings, done) => {
      const call = this.#channel.makeServerStreamRequest(
        path(method), serializer(method.input), parser(method.output),
        create(method.input, request), metadata, settings,
      );
      call.on("data", (message: MessageShape<O>) => {
        received = true;
        receive(message);
      });
      call.on("end", () => done(null, undefined));
      call.on("error", (error: ServiceError) => done(error));
      return call;
    }, mayRetry);
  }

  /** Runs a call to its end, or to that of its signal. */
  async #call<T>(options: CallOptions, start: Start<T>, mayRetry = () => true): Promise<T> {
    const { signal } = options;
    const deadline = Date.now() + this.#timeout(options);
    try {
      return await retry(deadline, mayRetry, signal, () => attempt(start, deadline, signal));
    } catch (error) {
      throw fromServiceError(error as ServiceError, signal);
    }
  }

  #timeout(options: CallOptions): number {
    return options.timeoutMs ?? this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  async #metadata(): Promise<Metadata> {
    const metadata = new Metadata();
    const { token } = this.#options;
    if (token !== undefined) {
      const value = typeof token === "string" ? token : await token();
      metadata.set("authorization", `Bearer ${value}`);
    }
    return metadata;
  }
}

/** Starts a call, which calls `done` at its end. */
type Start<T> = (
  settings: { deadline: number },
  done: (error: ServiceError | null, value?: T) => void,
) => ClientUnaryCall | ClientReadableStream<unknown>;

/** Runs a call once; rejects with gRPC's error. */
function attempt<T>(start: Start<T>, deadline: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => call.cancel();
    const call = start({ deadline }, (error, value) => {
      signal?.removeEventListener("abort", abort);
      if (error) reject(error);
      else resolve(value as T);
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
  });
}

function path(method: DescMethodUnary | DescMethodServerStreaming): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function serializer<D extends DescMessage>(schema: D) {
  return (message: MessageShape<D>): Buffer => Buffer.from(toBinary(schema, message));
}

function parser<D extends DescMessage>(schema: D) {
  return (bytes: Buffer): MessageShape<D> => fromBinary(schema, bytes);
}

/** Adds a message of a stream to those before it, as protobuf merges messages. */
function merge(into: StreamScheduleResponse, message: StreamScheduleResponse): void {
  into.digest ||= message.digest;
  into.orderDigest ||= message.orderDigest;
  if (message.metrics) into.metrics = message.metrics;
  if (message.shape) into.shape = message.shape;
  into.notes.push(...message.notes);
  if (!message.timeline) return;
  into.timeline ??= create(TimelineSchema);
  for (const field of TimelineSchema.fields) {
    const name = field.localName as ColumnName;
    const column: unknown[] = into.timeline[name];
    for (const value of message.timeline[name]) column.push(value);
  }
}

type ColumnName = Exclude<keyof TimelineMessage, "$typeName" | "$unknown">;

/** What the answers that hold a plan have in common. */
type PlanAnswer = Omit<StreamScheduleResponse, "$typeName" | "$unknown">;

/** Checks the timeline, which must be there if the answer is `full`. */
function toPlan(answer: PlanAnswer, full: boolean): Plan {
  const { digest, orderDigest, metrics, notes, shape } = answer;
  let timeline: Timeline | undefined;
  if (full || answer.timeline) {
    const columns = answer.timeline ?? create(TimelineSchema);
    checkTimeline(columns, shape ?? create(PipelineShapeSchema));
    timeline = new Timeline(columns);
  }
  return { digest, orderDigest, metrics, notes, shape, timeline };
}
