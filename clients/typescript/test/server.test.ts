// What needs a server that answers as the test says: cancellation, TLS, tokens.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { create, toBinary } from "@bufbuild/protobuf";
import {
  credentials as channelCredentials,
  type ClientUnaryCall,
  Client as GrpcClient,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  type handleUnaryCall,
  status,
} from "@grpc/grpc-js";

import {
  CancelledError,
  Client,
  ComputeScheduleRequestSchema,
  DeadlineError,
  ScheduleKind,
  type Tls,
  UnauthenticatedError,
  UnavailableError,
  UnsupportedError,
} from "../src/index.js";
import { Daemon } from "./daemon.js";

const REQUEST = {
  pipeline: { numStages: 1, numMicrobatches: 1 },
  schedule: { kind: ScheduleKind.SCHEDULE_KIND_1F1B },
};
const COMPUTE = "/pipesched.v1.ScheduleService/ComputeSchedule";
const same = (bytes: Buffer): Buffer => bytes;

/** Answers ComputeSchedule by `compute`, and keeps the metadata. */
class FakeServer {
  readonly #server = new Server();
  metadata = new Metadata();
  compute: handleUnaryCall<Buffer, Buffer> = (_, done) => done(null, Buffer.alloc(0));
  target = "";

  async start(credentials = ServerCredentials.createInsecure()): Promise<void> {
    const handler: handleUnaryCall<Buffer, Buffer> = (call, done) => {
      this.metadata = call.metadata;
      this.compute(call, done);
    };
    this.#server.register(
      COMPUTE,
      handler,
      same,
      same,
      "unary",
    );
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.target = `127.0.0.1:${port}`;
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

describe("a plain server", () => {
  const server = new FakeServer();
  before(() => server.start());
  after(() => server.stop());

  test("targets", async () => {
    for (const target of [server.target, `dns:///${server.target}`]) {
      const client = new Client({ target });
      await client.computeSchedule(REQUEST);
      client.close();
    }
    assert.match(String(server.metadata.get("user-agent")[0]), /^pipesched-typescript\//);
  });

  test("a signal ends a call", async () => {
    const controller = new AbortController();
    let ended: () => void;
    const cancelled = new Promise<void>((resolve) => (ended = resolve));
    server.compute = (call) => {
      call.on("cancelled", () => ended());
      controller.abort(new Error("enough"));
    };
    const client = new Client({ target: server.target });
    await assert.rejects(client.computeSchedule(REQUEST, { signal: controller.signal }), (error) => {
      assert.ok(error instanceof CancelledError);
      assert.equal((error.cause as Error).message, "enough");
      return true;
    });
    await cancelled;
    await assert.rejects(
      client.computeSchedule(REQUEST, { signal: AbortSignal.abort() }),
      CancelledError,
    );
    client.close();
  });

  test("a signal ends the wait for another attempt", async () => {
    const controller = new AbortController();
    server.compute = (_, done) => {
      const metadata = new Metadata();
      metadata.set("grpc-retry-pushback-ms", "3600000");
      done({ code: status.RESOURCE_EXHAUSTED, details: "overloaded", metadata });
      setTimeout(() => controller.abort(), 20);
    };
    const client = new Client({ target: server.target, timeoutMs: 86_400_000 });
    await assert.rejects(
      client.computeSchedule(REQUEST, { signal: controller.signal }),
      CancelledError,
    );
    client.close();
  });

  test("an older server has not every method", async () => {
    const client = new Client({ target: server.target }); // It has computeSchedule.
    await assert.rejects(client.compareSchedules({}), UnsupportedError);
    client.close();
  });

  test("a timeout ends a call", async () => {
    server.compute = () => {};
    const client = new Client({ target: server.target, timeoutMs: 50 });
    await assert.rejects(client.computeSchedule(REQUEST), DeadlineError);
    client.close();
  });
});

// Takes a worker a while; each p2p time is another plan.
const heavy = (p2pTime: number) => ({
  pipeline: { numStages: 4096, numMicrobatches: 512, p2pTime },
  schedule: { kind: ScheduleKind.SCHEDULE_KIND_1F1B },
});

test("a daemon that is overloaded answers a call that it refused first", async () => {
  const daemon = new Daemon();
  await daemon.start("--workers", "1", "--queue", "1");
  let enough = false;
  const load = async (first: number) => {
    const channel = new GrpcClient(daemon.target, channelCredentials.createInsecure());
    for (let p2pTime = first; !enough; p2pTime++) {
      const request = create(ComputeScheduleRequestSchema, heavy(p2pTime));
      const bytes = Buffer.from(toBinary(ComputeScheduleRequestSchema, request));
      await new Promise((done) => send.call(channel, COMPUTE, same, same, bytes, new Metadata(), {}, done));
    }
    channel.close();
  };
  // What the tested client sends passes here, once an attempt.
  const send = GrpcClient.prototype.makeUnaryRequest as (...args: unknown[]) => ClientUnaryCall;
  let refusals = 0;
  let loaders: Promise<void>[] = [];
  GrpcClient.prototype.makeUnaryRequest = function (...args: unknown[]): ClientUnaryCall {
    const done = args.pop() as (error: ServiceError | null, answer?: unknown) => void;
    return send.call(this, ...args, (error: ServiceError | null, answer?: unknown) => {
      if (error?.code !== status.RESOURCE_EXHAUSTED) return done(error, answer);
      refusals++;
      enough = true;
      void Promise.all(loaders).then(() => done(error, answer));
    });
  };
  const client = new Client({ target: daemon.target, timeoutMs: 300_000 });
  try {
    loaders = [10_000, 20_000, 30_000].map(load);
    for (let p2pTime = 0; refusals === 0; p2pTime++) {
      const plan = await client.computeSchedule(heavy(p2pTime)); // The daemon may have had time for it.
      assert.ok((plan.metrics?.makespan ?? 0) > 0);
    }
  } finally {
    enough = true;
    await Promise.all(loaders);
    GrpcClient.prototype.makeUnaryRequest = send as typeof GrpcClient.prototype.makeUnaryRequest;
    client.close();
    await daemon.stop();
  }
});

describe("a server with TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "pipesched-"));
  const file = (name: string) => join(folder, name);
  const tls: Tls = {
    caFile: file("ca.pem"),
    certFile: file("client.pem"),
    keyFile: file("client.key"),
    serverName: "pipesched.test",
  };
  const server = new FakeServer();

  before(async () => {
    const openssl = (args: string) =>
      execFileSync("openssl", args.split(" "), { cwd: folder, stdio: "ignore" });
    const curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    writeFileSync(file("names"), "subjectAltName=DNS:pipesched.test");
    openssl(`req -x509 ${curve} -subj /CN=ca -keyout ca.key -out ca.pem`);
    for (const name of ["server", "client"]) {
      openssl(`req ${curve} -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`);
      openssl(
        `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial ` +
          `-extfile names -out ${name}.pem`,
      );
    }
    const pair = {
      private_key: readFileSync(file("server.key")),
      cert_chain: readFileSync(file("server.pem")),
    };
    await server.start(ServerCredentials.createSsl(readFileSync(file("ca.pem")), [pair], true));
  });
  after(() => {
    server.stop();
    rmSync(folder, { recursive: true });
  });

  test("mTLS and a token", async () => {
    const tokens = ["first", "second"];
    const token = () => Promise.resolve(tokens.shift() ?? "");
    const client = new Client({ target: server.target, tls, token });
    for (const expected of ["first", "second"]) {
      await client.computeSchedule(REQUEST);
      assert.deepEqual(server.metadata.get("authorization"), [`Bearer ${expected}`]);
    }
    client.close();
  });

  for (const mutual of [false, true]) {
    test(`a real daemon, ${mutual ? "mTLS" : "TLS"} and a token`, async () => {
      const daemon = new Daemon();
      writeFileSync(file("tokens"), "secret-of-the-test\n");
      const flags = ["--listen", "127.0.0.1:0", "--token-file", file("tokens")];
      flags.push("--tls-cert", file("server.pem"), "--tls-key", file("server.key"));
      if (mutual) flags.push("--tls-client-ca", file("ca.pem"));
      await daemon.start(...flags);
      try {
        const anonymous: Tls = { caFile: file("ca.pem"), serverName: "pipesched.test" };
        const [address = ""] = daemon.addresses;
        for (const options of [
          { target: address, tls: mutual ? tls : anonymous },
          { target: daemon.target },
        ]) {
          const ask = async (token: string) => {
            const client = new Client({ ...options, token });
            await client.computeSchedule(REQUEST).finally(() => client.close());
          };
          await ask("secret-of-the-test");
          await assert.rejects(ask("another-secret"), UnauthenticatedError);
        }
      } finally {
        await daemon.stop();
      }
    });
  }

  test("refused", async () => {
    const wrong: Tls[] = [
      { caFile: file("ca.pem"), serverName: "pipesched.test" }, // The server wants a certificate.
      { ...tls, serverName: "other.test" },
    ];
    for (const options of wrong) {
      const client = new Client({ target: server.target, tls: options });
      await assert.rejects(client.computeSchedule(REQUEST), UnavailableError);
      client.close();
    }
  });
});

test("options that contradict each other", () => {
  assert.throws(() => new Client({ target: "host:1", token: "secret" }), /token: needs tls/);
  assert.throws(() => new Client({ tls: { certFile: "x" } }), /go together/);
  new Client({ target: "unix:/nowhere", token: "secret" }).close();
});
