// The interactive page in a real browser, against the numbers that the command line
// prints of the same schedule.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { canvasOf, openPage, pipesched, placeOf, startBrowser } from "./browser.mjs";

const COSTS = [
  ["--activation-bytes", "3000000000"],
  ["--static-bytes", "8000000000"],
  ["--memory-limit", "20000000000"],
].flat();

/** Pipelines that have all that a page can show. */
const PIPELINES = {
  "1f1b": ["-s", 4, "-b", 8, "--p2p-time", 0.25, ...COSTS],
  "1f1b_overlap": ["-s", 3, "-b", 4, "--overlap-times", 2.5],
  zb_h1: ["-s", 4, "-b", 8, "-f", 18.522, "--backward-input-times", 18.086, "--backward-weight-times", 9.337,
    "--p2p-time", 0.601, ...COSTS],
  interleaved_1f1b: ["-s", 8, "-b", 8, "--chunks-per-rank", 2, "--p2p-time", 0.5],
  zbv: ["-s", 8, "-b", 8, "--chunks-per-rank", 2],
  dualpipe: ["-s", 4, "-b", 8, "--overlap-times", 3, "--activation-bytes", 7],
  chimera: ["-s", 4, "-b", 8],
};

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => browser?.close());

/** Runs a test on a page, which must have had no problems in the end. */
async function onPage(flags, body) {
  const { page, problems } = await openPage(browser, ...flags);
  try {
    await body(page);
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
  }
}

const KINDS = { FORWARD: 0, BACKWARD: 1, BACKWARD_INPUT: 2, BACKWARD_WEIGHT: 3 };

/** The columns of the timeline that the command line prints. */
function timelineOf(flags) {
  const text = pipesched(...flags, "--format", "json", "--view", "full", "--no-visualization");
  return JSON.parse(text).timeline;
}

function near(actual, expected, what) {
  assert.equal(actual.length, expected.length, what);
  actual.forEach((value, i) => {
    const tolerance = 1e-9 * Math.max(1, Math.abs(expected[i]));
    assert.ok(Math.abs(value - expected[i]) <= tolerance, `${what}[${i}]: ${value}, want ${expected[i]}`);
  });
}

describe("what a page shows", () => {
  for (const [kind, sizes] of Object.entries(PIPELINES)) {
    const flags = [...sizes, "--schedule", kind];
    test(`${kind}: the ops, the critical path and the memory that are printed`, () =>
      onPage(flags, async (page) => {
        const shown = await page.evaluate(() => {
          const { plan, memory } = globalThis.pipesched;
          const units = (times) => Array.from(times, (time) => time * plan.data.tick);
          return {
            offsets: Array.from(plan.ops.offsets),
            kinds: Array.from(plan.ops.kinds),
            stages: Array.from(plan.ops.stages),
            microbatches: Array.from(plan.ops.microbatches),
            starts: units(plan.ops.starts),
            ends: units(plan.ops.ends),
            fused: Array.from(plan.ops.fused, Boolean),
            critical: Array.from(plan.critical, Boolean),
            held: Array.from(memory.during),
            memoryIn: plan.data.memoryIn,
          };
        });
        const printed = timelineOf(flags);
        assert.deepEqual(shown.offsets, printed.rank_offsets.map(Number));
        assert.deepEqual(
          shown.kinds,
          printed.kinds.map((name) => KINDS[name.replace("OP_KIND_", "")]),
        );
        assert.deepEqual(shown.stages, printed.stages);
        assert.deepEqual(shown.microbatches, printed.microbatches);
        near(shown.starts, printed.starts, "starts");
        near(shown.ends, printed.ends, "ends");
        const flagsOf = (column) => (column.length > 0 ? column : shown.kinds.map(() => false));
        assert.deepEqual(shown.fused, flagsOf(printed.fused));
        assert.deepEqual(shown.critical, flagsOf(printed.critical));
        if (shown.memoryIn === "bytes") near(shown.held, printed.held_bytes.map(Number), "held");
      }));

    test(`${kind}: each op starts when the last of what it waited for is there`, () =>
      onPage(flags, async (page) => {
        const wrong = await page.evaluate(() => {
          const { plan, flow } = globalThis.pipesched;
          const names = [];
          for (let op = 0; op < plan.ops.kinds.length; ++op) {
            const ready = Math.max(0, ...flow.waitedFor(op).map((input) => input.ready));
            if (Math.abs(ready - plan.ops.starts[op]) > 1e-6) names.push(op);
            for (const user of flow.users(op)) {
              if (!flow.inputs(user).some((input) => input.op === op)) names.push(op);
            }
          }
          return names;
        });
        assert.deepEqual(wrong, []);
      }));
  }

  test("a hostile title is text, in the tab as well", () => {
    const title = "</script><script>throw 1</script><img src=x onerror=alert(1)> & \"q\" @PLAN@ \u2028";
    return onPage([...PIPELINES["1f1b"], "--title", title], async (page) => {
      const shown = await page.textContent("#title");
      assert.ok(shown.startsWith('</script><script>throw 1</script><img src=x onerror=alert(1)> & "q" @PLAN@'));
      assert.equal(await page.title(), shown.trim());
      assert.equal(await page.locator("img").count(), 0);
    });
  });

  test("facts, assumptions and the digest", () =>
    onPage(PIPELINES["1f1b"], async (page) => {
      const facts = await page.textContent("#facts");
      const { digest } = JSON.parse(pipesched(...PIPELINES["1f1b"], "--format", "json", "--no-visualization"));
      assert.ok(facts.includes("makespan"));
      assert.ok(facts.includes("idle / total"));
      assert.ok(facts.includes(digest.slice(0, 12)));
    }));
});

describe("a comparison", () => {
  const flags = ["-s", 4, "-b", 8, "--compare", "1f1b", "zb_h1", "zbv"];

  test("a table, a heading each, one time axis", () =>
    onPage(flags, async (page) => {
      const table = await page.$$eval("#facts tr", (rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent)),
      );
      const column = (name) => table.slice(1).map((row) => row[table[0].indexOf(name)]);
      assert.deepEqual(column("schedule"), ["1f1b", "zb_h1", "zbv"]);
      // Closed forms; zbv's 6M + P - 1 = 51 is of halves.
      assert.deepEqual(column("makespan"), ["33", "27", "25.5"]);
      assert.equal(new Set(column("digest")).size, 3);
      const shown = await page.evaluate(() => {
        const { plan } = globalThis.pipesched;
        const { ops, rows, data } = plan;
        const ends = data.schedules.map(() => 0);
        ops.ends.forEach((end, op) => {
          const { schedule } = rows[ops.rows[op]];
          ends[schedule] = Math.max(ends[schedule], end * data.tick);
        });
        return { ends, headings: data.schedules.map(({ heading }) => heading.split(",")[0]) };
      });
      assert.deepEqual(shown, { ends: [33, 27, 25.5], headings: ["1f1b", "zb_h1", "zbv"] });
    }));
});

describe("what people do", () => {
  test("hover tells what an op waited for", () =>
    onPage(PIPELINES["1f1b"], async (page) => {
      const place = await placeOf(page, "2F0");
      await page.mouse.move(place.x, place.y);
      await page.waitForSelector("#card:not([hidden])");
      const card = await page.textContent("#card");
      for (const part of ["2F0", "start2.5", "end3.5", "1F0 on rank 1, then 0.25 of transfer"]) {
        assert.ok(card.includes(part), `${part} in ${card}`);
      }
      await page.mouse.move(place.x, 790);
      await page.waitForSelector("#card", { state: "hidden" });
    }));

  test("a click traces an op, its neighbours and its microbatch's path", () =>
    onPage(PIPELINES["1f1b"], async (page) => {
      const place = await placeOf(page, "1F3");
      await page.mouse.click(place.x, place.y);
      await page.waitForSelector("#panel:not([hidden])");
      assert.equal(await page.textContent("#panel h2"), "1F3");
      const names = await page.locator("#panel button").allTextContents();
      assert.deepEqual(names, ["0F3", "1B0", "2F3", "1B3"]);
      const path = await page.evaluate(() => {
        const { plan, chosen } = globalThis.pipesched;
        const found = new Set();
        chosen.forEach((is, op) => is && found.add(plan.ops.microbatches[op]));
        return { microbatches: [...found], count: chosen.reduce((sum, is) => sum + is, 0) };
      });
      assert.deepEqual(path, { microbatches: [3], count: 8 });
      await page.click("#panel button:has-text('2F3')");
      assert.equal(await page.textContent("#panel h2"), "2F3");
      await page.keyboard.press("Escape");
      await page.waitForSelector("#panel", { state: "hidden" });
    }));

  test("the wheel zooms where the mouse is, a drag moves", () =>
    onPage(PIPELINES["1f1b"], async (page) => {
      const state = () =>
        page.evaluate(() => {
          const { view } = globalThis.pipesched;
          return { scale: view.scale, left: view.left, under: view.timeAt(500) };
        });
      const gutter = await page.evaluate(() => {
        const { gutter, canvas } = globalThis.pipesched;
        return canvas.getBoundingClientRect().x + gutter;
      });
      const whole = await state();
      await page.mouse.move(gutter + 500, 150);
      await page.mouse.wheel(0, -600);
      await page.waitForFunction((scale) => globalThis.pipesched.view.scale > scale, whole.scale);
      const zoomed = await state();
      assert.ok(Math.abs(zoomed.under - whole.under) < 1e-6 * whole.under);
      await page.mouse.down();
      await page.mouse.move(gutter + 400, 150, { steps: 5 });
      await page.mouse.up();
      const moved = await state();
      assert.equal(moved.scale, zoomed.scale);
      assert.ok(Math.abs((moved.left - zoomed.left) * moved.scale - 100) < 1.5);
      assert.ok(await page.locator("#panel").isHidden(), "a drag selects nothing");
      await page.keyboard.press("0");
      assert.deepEqual(await state(), whole);
    }));

  test("search finds ops, Enter goes through them", () =>
    onPage(PIPELINES["1f1b"], async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type("F7");
      assert.equal(await page.textContent("#found"), "4 found");
      await page.keyboard.press("Enter");
      assert.equal(await page.textContent("#panel h2"), "0F7");
      await page.keyboard.press("Enter");
      assert.equal(await page.textContent("#panel h2"), "1F7");
      await page.keyboard.press("Shift+Enter");
      await page.keyboard.press("Shift+Enter");
      assert.equal(await page.textContent("#panel h2"), "3F7");
      assert.equal(await page.textContent("#found"), "4 of 4");
      for (const [text, count] of [["mb 2", "8 found"], ["stage 1", "16 found"], ["rank 9", "none"],
        ["2B5", "1 found"], ["5", "8 found"], ["?", "none"]]) {
        await page.fill("#search", text);
        assert.equal(await page.textContent("#found"), count, text);
      }
    }));

  test("all of it by keyboard: move from op to op, toggles, help", () =>
    onPage(PIPELINES["1f1b"], async (page) => {
      const title = () => page.textContent("#panel h2");
      await page.keyboard.press("/");
      await page.keyboard.type("1F2");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape"); // back to the plot
      await page.keyboard.press("ArrowRight");
      assert.equal(await title(), "1B0");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowUp");
      assert.match(await title(), /^0/);
      await page.keyboard.press("ArrowDown");
      assert.match(await title(), /^1/);
      assert.match(await page.textContent("#announcement"), /microbatch/);
      // Memory is shown at first, since costs name bytes.
      for (const [key, id, first] of [["m", "#memory", true], ["c", "#critical", false], ["a", "#transfers", false]]) {
        assert.equal(await page.isChecked(id), first, id);
        await page.keyboard.press(key);
        assert.equal(await page.isChecked(id), !first, id);
      }
      await page.keyboard.press("?");
      await page.waitForSelector("#keys:not([hidden])");
    }));

  test("the toggles change the picture, twice nothing", () =>
    onPage(PIPELINES["1f1b"], async (page) => {
      const plain = await canvasOf(page);
      for (const id of ["#memory", "#critical", "#transfers"]) {
        await page.click(id);
        assert.notEqual(await canvasOf(page), plain, id);
        await page.click(id);
        assert.equal(await canvasOf(page), plain, id);
      }
      await page.keyboard.press("t");
      assert.notEqual(await canvasOf(page), plain);
    }));

  test("transfers are arrows, on request from the start", () =>
    onPage([...PIPELINES["1f1b"], "--arrows"], async (page) => {
      assert.ok(await page.isChecked("#transfers"));
      const drawn = await canvasOf(page);
      await page.keyboard.press("a");
      assert.notEqual(await canvasOf(page), drawn);
    }));

  test("a time range and ranks are in view first", () =>
    onPage(["-s", 32, "-b", 16, "--time-range", "10:20", "--ranks", "10-19"], async (page) => {
      const shown = await page.evaluate(() => {
        const { view, plan } = globalThis.pipesched;
        return {
          times: [view.timeAt(0), view.timeAt(view.width)].map((time) => time * plan.data.tick),
          ranks: [plan.rows[view.rowAt(0)].rank, plan.rows[view.rowAt(view.height - view.pitch / 2)].rank],
        };
      });
      near(shown.times, [10, 20], "times");
      assert.deepEqual(shown.ranks, [10, 19]);
      await page.keyboard.press("0"); // all of it is there
      assert.ok(await page.evaluate(() => globalThis.pipesched.view.fitted));
    }));

  test("it prints on one page, in light colours, all in view", () =>
    onPage(PIPELINES["1f1b"], async (page) => {
      await page.keyboard.press("t");
      await page.keyboard.press("+");
      const left = await page.evaluate(() => globalThis.pipesched.view.left);
      const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
      assert.equal(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length, 1);
      const printed = await page.evaluate(() => {
        const { canvas } = globalThis.pipesched;
        dispatchEvent(new Event("beforeprint"));
        const paper = canvas.getContext("2d").getImageData(canvas.width - 2, canvas.height - 2, 1, 1).data;
        const fitted = globalThis.pipesched.view.fitted;
        dispatchEvent(new Event("afterprint"));
        return { paper: Array.from(paper), fitted };
      });
      assert.deepEqual(printed, { paper: [255, 255, 255, 255], fitted: true });
      assert.equal(await page.evaluate(() => globalThis.pipesched.view.left), left);
    }));
});

describe("pictures", () => {
  // Made with PIPESCHED_UPDATE=1. Letters differ a little between versions of a browser.
  for (const kind of ["zb_h1", "dualpipe"]) {
    test(`${kind} looks as recorded`, () =>
      onPage([...PIPELINES[kind], "--schedule", kind], async (page) => {
        await page.emulateMedia({ colorScheme: "light" });
        await page.setViewportSize({ width: 900, height: 420 });
        await page.waitForFunction(() => globalThis.pipesched.canvas.width === 900);
        const drawn = await canvasOf(page);
        const file = new URL(`golden/${kind}.png`, import.meta.url);
        if (process.env.PIPESCHED_UPDATE === "1") writeFileSync(file, Buffer.from(drawn, "base64"));
        assert.ok(existsSync(file), `${file} is missing`);
        const compared = await page.evaluate(compareImages, [drawn, readFileSync(file).toString("base64")]);
        assert.equal(compared.size, compared.wanted);
        assert.ok(compared.different < 0.01, `${(100 * compared.different).toFixed(2)} % of pixels differ`);
      }));
  }
});

/** In the browser: which part of the pixels of two PNGs differs by more than a shade. */
async function compareImages(images) {
  const [a, b] = await Promise.all(
    images.map(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height);
    }),
  );
  let different = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    const far = [0, 1, 2].some((at) => Math.abs(a.data[i + at] - b.data[i + at]) > 40);
    if (far) ++different;
  }
  return {
    size: `${a.width}x${a.height}`,
    wanted: `${b.width}x${b.height}`,
    different: different / (a.data.length / 4),
  };
}

describe("large plans", () => {
  test("1,000,000 ops open, and answer", () =>
    onPage(["-s", 64, "-b", 5300, "--schedule", "zb_h1"], async (page) => {
      const count = await page.evaluate(() => globalThis.pipesched.plan.ops.kinds.length);
      assert.equal(count, 64 * 5300 * 3);
      await page.fill("#search", "63W5299");
      assert.equal(await page.textContent("#found"), "1 found");
      await page.keyboard.press("Enter");
      assert.equal(await page.textContent("#panel h2"), "63W5299");
    }));

  test("panning keeps what is drawn: only what comes into view is painted", () =>
    onPage(["-s", 64, "-b", 521, "--schedule", "zb_h1"], async (page) => {
      const painted = await page.evaluate(() => {
        const { view, tiles } = globalThis.pipesched;
        view.zoom(2, 700);
        globalThis.pipesched.draw();
        const before = new Set(tiles.tiles.values());
        view.pan(-100, 0);
        globalThis.pipesched.draw();
        return [...tiles.tiles.values()].filter((tile) => !before.has(tile)).length;
      });
      assert.ok(painted <= 1, `${painted} tiles were painted`);
    }));
});
