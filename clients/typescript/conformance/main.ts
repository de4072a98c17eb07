// The TypeScript client's program of tests/conformance: answers cases, one JSON object
// a line.

import { createInterface } from "node:readline";

import { type JsonValue, fromJson } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";

import {
  Client,
  CompareSchedulesRequestSchema,
  ComputeScheduleRequestSchema,
  ExportScheduleRequestSchema,
  PipeschedError,
  type Plan,
  RenderScheduleRequestSchema,
  Rule,
  SearchScheduleRequestSchema,
  StreamScheduleRequestSchema,
  Transport,
  ValidateScheduleRequestSchema,
} from "../src/index.js";

interface Question {
  method: string;
  request: JsonValue;
  target: string;
  timeout: number;
  calls: number;
  measure?: boolean;
}

function answerOfPlan({ digest, orderDigest, metrics, notes, timeline }: Plan): object {
  const answer = {
    digest,
    order_digest: orderDigest,
    makespan: metrics?.makespan,
    bubble_rate: metrics?.bubbleRate,
    bubble_overhead: metrics?.bubbleOverhead,
    longest_rank_span: metrics?.longestRankSpan,
    longest_span_bubble_rate: metrics?.longestSpanBubbleRate,
    peak_activations: metrics?.ranks.map((rank) => rank.peakActivations),
    peak_bytes: metrics?.ranks.map((rank) => String(rank.peakBytes)),
    notes: notes.map((note) => note.code),
  };
  if (timeline === undefined) return answer;
  const ops = [...timeline];
  return {
    ...answer,
    order: timeline.orderText().split("\n").slice(0, -1),
    starts: ops.map((op) => op.start),
    ends: ops.map((op) => op.end),
  };
}

function answerOfError(error: PipeschedError): object {
  return {
    error: {
      code: status[error.code],
      reason: error.reason,
      violations: error.violations.map((violation) => violation.field),
      metadata: error.metadata,
      retry_delay: error.retryDelayMs === undefined ? null : error.retryDelayMs / 1000,
    },
  };
}

async function ask(client: Client, { method, request }: Question): Promise<object> {
  switch (method) {
    case "ComputeSchedule":
      return answerOfPlan(
        await client.computeSchedule(fromJson(ComputeScheduleRequestSchema, request)),
      );
    case "StreamSchedule":
      return answerOfPlan(
        await client.streamSchedule(fromJson(StreamScheduleRequestSchema, request)),
      );
    case "ExportSchedule": {
      const file = await client.exportSchedule(fromJson(ExportScheduleRequestSchema, request));
      const { digest, orderDigest } = file;
      const content = new TextDecoder().decode(file.content);
      return { content, digest, order_digest: orderDigest };
    }
    case "ValidateSchedule": {
      const result = await client.validateSchedule(fromJson(ValidateScheduleRequestSchema, request));
      return {
        safe: result.safe,
        findings: result.findings.map(
          (f) => `RULE_${Rule[f.rule]} ${f.rank} ${f.index} ${f.action}: ${f.message}`,
        ),
        transport: `TRANSPORT_${Transport[result.transport]}`,
        order_digest: result.orderDigest,
      };
    }
    case "RenderSchedule": {
      const picture = await client.renderSchedule(fromJson(RenderScheduleRequestSchema, request));
      const { contentType, digest, orderDigest } = picture;
      return {
        content_type: contentType,
        start: Buffer.from(picture.content.subarray(0, 4)).toString("hex"),
        content: contentType.startsWith("text") ? new TextDecoder().decode(picture.content) : "",
        digest,
        order_digest: orderDigest,
      };
    }
    case "CompareSchedules": {
      const answer = await client.compareSchedules(
        fromJson(CompareSchedulesRequestSchema, request),
      );
      const there = answer.rows.filter((row) => row.leftOut === "");
      return {
        rows: there.map((row) => [
          row.name, row.chunksPerRank, row.metrics?.makespan, row.fitsMemory,
        ]),
        left_out: answer.rows.filter((row) => row.leftOut !== "").map((row) => row.name),
      };
    }
    case "SearchSchedule": {
      const found = await client.searchSchedule(fromJson(SearchScheduleRequestSchema, request));
      return {
        objective_value: found.search?.objectiveValue,
        bound: found.search?.bound,
        proven_optimal: found.search?.provenOptimal,
        makespan: found.metrics?.makespan,
        pareto: found.pareto.map((point) => [Number(point.peakBytes), point.objectiveValue]),
      };
    }
    default:
      throw new Error(`no method ${method}`);
  }
}

/** What each call of ComputeSchedule takes, its answer read and checked. */
async function measure(client: Client, { request, calls }: Question): Promise<object> {
  const message = fromJson(ComputeScheduleRequestSchema, request);
  const seconds: number[] = [];
  for (let i = 0; i < calls; ++i) {
    const start = performance.now();
    await client.computeSchedule(message);
    seconds.push((performance.now() - start) / 1000);
  }
  return { seconds };
}

async function answer(question: Question): Promise<object> {
  const { target, timeout, calls } = question;
  const client = new Client({ target, timeoutMs: timeout * 1000 });
  try {
    if (question.measure) return await measure(client, question);
    let result = {};
    for (let i = 0; i < calls; ++i) result = await ask(client, question);
    return result;
  } catch (error) {
    if (error instanceof PipeschedError) return answerOfError(error);
    throw error;
  } finally {
    client.close();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line) as Question)));
}
