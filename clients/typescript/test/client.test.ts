// Every method against a real daemon; expected values are closed forms.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";

import {
  BrokenResponseError,
  Client,
  DeadlineError,
  ExportFormat,
  InvalidRequestError,
  LimitExceededError,
  PipeschedError,
  RenderFormat,
  Rule,
  ScheduleKind,
  TimelineSchema,
  View,
} from "../src/index.js";
import { Daemon } from "./daemon.js";

// 1F1B on 3 stages, 4 microbatches, as the definition of 1F1B writes it.
const ORDER_3_4 =
  "0F0 0F1 0F2 0B0 0F3 0B1 0B2 0B3\n" +
  "1F0 1F1 1B0 1F2 1B1 1F3 1B2 1B3\n" +
  "2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3\n";

function request(numStages: number, numMicrobatches: number) {
  return {
    pipeline: { numStages, numMicrobatches },
    schedule: { kind: ScheduleKind.SCHEDULE_KIND_1F1B },
  };
}

describe("a client of a daemon", () => {
  const daemon = new Daemon();
  let client: Client;
  before(async () => {
    await daemon.start();
    client = new Client({ target: daemon.target });
    await client.waitReady({ timeoutMs: 10_000 });
  });
  after(async () => {
    client.close();
    await daemon.stop();
  });

  test("a summary has numbers and no ops", async () => {
    const plan = await client.computeSchedule(request(4, 8));
    assert.equal(plan.metrics?.makespan, (8 + 4 - 1) * 3);
    assert.deepEqual(
      plan.metrics?.ranks.map((rank) => rank.peakActivations),
      [4, 3, 2, 1],
    );
    assert.equal(typeof plan.metrics?.ranks[0]?.peakBytes, "bigint");
    assert.equal(plan.timeline, undefined);
  });

  test("a full plan has the ops", async () => {
    const plan = await client.computeSchedule({ ...request(3, 4), view: View.FULL });
    const timeline = plan.timeline!;
    assert.equal(timeline.orderText(), ORDER_3_4);
    assert.equal(plan.orderDigest, createHash("sha256").update(ORDER_3_4).digest("hex"));
    assert.equal([...timeline].length, 24);
    assert.equal(timeline.length, 24);
    assert.throws(() => [...timeline.ops(3)], RangeError);
  });

  test("a part has the digest of the whole", async () => {
    const whole = await client.computeSchedule(request(4, 8));
    const part = await client.computeSchedule({ ...request(4, 8), view: View.FULL, ranks: [2] });
    assert.equal(part.digest, whole.digest);
    assert.ok([...part.timeline!].every((op) => op.rank === 2));
    assert.equal(part.timeline!.length, 16);
  });

  test("a stream of several messages is the full plan", async () => {
    const full = await client.computeSchedule({ ...request(64, 512), view: View.FULL });
    const stream = await client.streamSchedule(request(64, 512));
    assert.equal(stream.digest, full.digest);
    assert.deepEqual(
      toBinary(TimelineSchema, stream.timeline!.columns),
      toBinary(TimelineSchema, full.timeline!.columns),
    );
  });

  test("pictures, files, kinds, the server", async () => {
    const picture = await client.renderSchedule({ ...request(3, 4), format: RenderFormat.PNG });
    assert.equal(Buffer.from(picture.content.subarray(1, 4)).toString(), "PNG");
    const file = await client.exportSchedule({ ...request(3, 4), format: ExportFormat.ORDER });
    assert.equal(new TextDecoder().decode(file.content), ORDER_3_4);
    const result = await client.validateSchedule({
      schedule: {
        kind: ScheduleKind.SCHEDULE_KIND_CUSTOM,
        pytorchCsv: "0F0,0RECV_B0,0SEND_F0,0B0\n1RECV_F0,1F0,1B0,1SEND_B0\n",
      },
    });
    assert.deepEqual(
      result.findings.map((finding) => finding.rule),
      [Rule.DEADLOCK],
    );
    const kinds = await client.listScheduleKinds();
    assert.ok(kinds.some((kind) => kind.name === "1f1b"));
    assert.equal((await client.getServerInfo()).apiVersionHigh, "v1");
    assert.equal(await client.isServing(), true);
  });

  test("an error has all violations", async () => {
    await assert.rejects(client.computeSchedule(request(0, -1)), (error) => {
      assert.ok(error instanceof InvalidRequestError);
      assert.equal(error.name, "InvalidRequestError");
      assert.equal(error.code, status.INVALID_ARGUMENT);
      assert.equal(error.reason, "INVALID_REQUEST");
      assert.deepEqual(
        error.violations.map((violation) => violation.field),
        ["pipeline.num_stages", "pipeline.num_microbatches"],
      );
      return true;
    });
    await assert.rejects(client.streamSchedule(request(0, 1)), InvalidRequestError);
    await assert.rejects(client.computeSchedule(request(1, 1 << 21)), (error) => {
      assert.ok(error instanceof LimitExceededError);
      assert.equal(error.metadata.max, String(1 << 20));
      return true;
    });
  });

  test("many calls at once", async () => {
    const plans = await Promise.all(
      Array.from({ length: 32 }, () => client.computeSchedule(request(4, 8))),
    );
    assert.equal(new Set(plans.map((plan) => plan.digest)).size, 1);
  });

  test("the target of the environment", async () => {
    process.env.PIPESCHED_SERVER = daemon.target;
    try {
      const other = new Client();
      assert.equal(other.target, daemon.target);
      assert.equal((await other.computeSchedule(request(4, 8))).metrics?.makespan, 33);
      other.close();
    } finally {
      delete process.env.PIPESCHED_SERVER;
    }
    const standard = new Client();
    assert.equal(standard.target, "127.0.0.1:50551");
    standard.close();
  });

  test("the README's program", async () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const program = /```ts\n([^]*?)```/.exec(readme)?.[1];
    const tested = readFileSync(new URL("../../test/readme.ts", import.meta.url), "utf8");
    assert.equal(program, tested);
    process.env.PIPESCHED_SERVER = daemon.target;
    const { plan } = await import("./readme.js");
    delete process.env.PIPESCHED_SERVER;
    assert.equal(plan.timeline?.tokens(3)[1], "3B0");
  });
});

test("nobody answers", async () => {
  const client = new Client({ target: "unix:/nowhere/socket" });
  await assert.rejects(client.waitReady({ timeoutMs: 100 }), DeadlineError);
  client.close();
});

test("errors are PipeschedErrors", () => {
  assert.ok(new BrokenResponseError("x") instanceof PipeschedError);
  assert.equal(new BrokenResponseError("x").code, status.DATA_LOSS);
});
