// Frames a second of panning, all ops in view: node bench.mjs [OPS...]
import { openPage, startBrowser } from "./browser.mjs";

const RANKS = 64;
const FRAMES = 120;

const counts = process.argv.slice(2).map(Number);
const browser = await startBrowser();
console.log(`${await browser.version()}, without GPU, 1400x800`);
for (const wanted of counts.length > 0 ? counts : [10_000, 100_000, 1_000_000]) {
  const microbatches = Math.ceil(wanted / RANKS / 3);
  const started = performance.now();
  const { page } = await openPage(browser, "-s", RANKS, "-b", microbatches, "--schedule", "zb_h1");
  const opened = performance.now() - started;
  const result = await page.evaluate(async (frames) => {
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const measure = async (/** @type {(i: number) => void} */ change) => {
      const start = performance.now();
      let work = 0;
      for (let i = 0; i < frames; ++i) {
        change(i);
        const before = performance.now();
        globalThis.pipesched.draw();
        work += performance.now() - before;
        await nextFrame();
      }
      return { fps: (1000 * frames) / (performance.now() - start), draw: work / frames };
    };
    const { view } = globalThis.pipesched;
    const pan = await measure((i) => view.pan(i % 2 === 0 ? -9 : 9, 0));
    view.zoom(1.05, 700); // nearly all in view, and room to move
    const panned = await measure((i) => view.pan(i % 60 < 30 ? -2 : 2, 0));
    const zoom = await measure((i) => view.zoom(i % 2 === 0 ? 1.03 : 1 / 1.03, 700));
    return { pan, panned, zoom, ops: globalThis.pipesched.plan.ops.kinds.length };
  }, FRAMES);
  const show = ({ fps, draw }) => `${fps.toFixed(0)} frames a second (${draw.toFixed(2)} ms a drawing)`;
  console.log(
    `${result.ops} ops: made and opened in ${opened.toFixed(0)} ms; panning ${show(result.panned)}, ` +
      `all in view ${show(result.pan)}; zooming ${show(result.zoom)}`,
  );
  await page.close();
}
await browser.close();
