// A headless browser, and pages made by the command line.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");
const PIPESCHED = process.env.PIPESCHED_CLI ?? path.join(ROOT, "build/release/bin/pipesched");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Starts a browser without GPU or network. */
export async function startBrowser() {
  assert.ok(existsSync(CHROMIUM), `no browser at ${CHROMIUM}`);
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
  });
}

/** Runs the command line and returns what it prints. */
export function pipesched(...flags) {
  return execFileSync(PIPESCHED, flags.map(String), {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/**
 * Makes a page and opens it from the disk.
 * @returns the page of the browser, and `problems`: what its console says of errors,
 *   and what it asked the network for.
 */
export async function openPage(browser, ...flags) {
  const folder = mkdtempSync(path.join(tmpdir(), "pipesched-page-"));
  const file = path.join(folder, "page.html");
  pipesched("render", ...flags, "-o", file);
  const page = await browser.newPage({ viewport: { width: 1400, height: 800 } });
  const problems = [];
  page.on("console", (message) => {
    if (message.type() !== "log") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) problems.push(request.url());
  });
  page.on("close", () => rmSync(folder, { recursive: true, force: true }));
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => globalThis.pipesched !== undefined);
  return { page, problems };
}

/** The middle of an op's box on the screen, by its name in the order text. */
export async function placeOf(page, name) {
  return page.evaluate((wanted) => {
    const { plan, view, gutter, canvas } = globalThis.pipesched;
    const { ops } = plan;
    const [, stage, letter, microbatch] = /^(\d+)([FBIW])(\d+)$/.exec(wanted);
    const op = ops.kinds.findIndex(
      (kind, i) =>
        "FBIW"[kind] === letter && ops.stages[i] === Number(stage) && ops.microbatches[i] === Number(microbatch),
    );
    const place = canvas.getBoundingClientRect();
    return {
      x: place.x + gutter + view.xAt((ops.starts[op] + ops.ends[op]) / 2),
      y: place.y + view.yAt(ops.rows[op]) + view.rowHeight * (ops.fused[op] && letter !== "F" ? 0.75 : 0.3),
    };
  }, name);
}

/** What is on the canvas, once all is drawn: PNG bytes in base64. */
export async function canvasOf(page) {
  return page.evaluate(() => {
    globalThis.pipesched.draw();
    return globalThis.pipesched.canvas.toDataURL("image/png").split(",")[1];
  });
}
