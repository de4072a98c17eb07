// Draws rows of ops into pixels. Ops that are wide enough are boxes; the others of a
// pixel share its column by their parts of its time, so that a plan of any size takes
// one pass over the ops in view.
import {
  BACKWARD,
  BACKWARD_INPUT,
  BACKWARD_WEIGHT,
  FORWARD,
  firstEndingAfter,
  largestOf,
  scheduleOfRow,
  shadeOf,
} from "./plan.js";
import { MEMORY_PART } from "./view.js";

/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./plan.js").Theme} Theme */
/** @typedef {import("./flow.js").Memory} Memory */

/**
 * Colours as pixels of ImageData. `ops` and `faint`, of ops that are not of interest, are
 * by shade, then by kind.
 * @typedef {object} Paints
 * @property {number} page
 * @property {number} idle
 * @property {number} mark
 * @property {number} memory
 * @property {number} limit
 * @property {number[][]} ops
 * @property {number[][]} faint
 */

/**
 * What is drawn: which ops are of interest (null: all), and the memory (null: none).
 * @typedef {object} Layers
 * @property {Uint8Array | null} chosen
 * @property {Memory | null} memory
 */

/**
 * A part of the plan in pixels: time `left` is at x = 0; `rows` are those in view.
 * @typedef {object} Area
 * @property {number} left  time
 * @property {number} scale  pixels a tick
 * @property {{row: number, y: number}[]} rows
 * @property {number} rowHeight
 */

const LEAST_BOX = 2; // pixels; ops below that share columns
const LEAST_GAPPED_BOX = 4; // ends a pixel early, to be told from the next
const LEAST_MARKED_WIDTH = 6; // of ops that have lines which tell the kinds of backward
const LEAST_MARKED_HEIGHT = 14;
const MARK = 2;
const FAINT = 0.72; // part of the page's colour
const LEAST_LIMIT_LINE = 8; // height of a memory curve that has its limit as a line

/**
 * How much of a row's height its memory curve takes, below its ops.
 * @param {Area} area
 * @param {Layers} layers
 */
export function memoryHeight(area, layers) {
  return layers.memory === null ? 0 : Math.floor(area.rowHeight * MEMORY_PART);
}

/** An image that rows are painted into. */
export class Raster {
  /**
   * @param {Plan} plan
   * @param {number} width
   * @param {number} height
   */
  constructor(plan, width, height) {
    this.plan = plan;
    this.width = width;
    this.height = height;
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    // Of the row at work: time of each kind, chosen or not, in each column.
    this.shares = new Float32Array(width * 8);
    this.touched = new Uint8Array(width);
    this.shadeOfColumn = new Uint8Array(width);
  }

  /**
   * @param {Area} area
   * @param {Paints} paints
   * @param {Layers} layers
   */
  paint(area, paints, layers) {
    this.pixels.fill(paints.page);
    const memory = memoryHeight(area, layers);
    for (const { row, y } of area.rows) {
      if ((this.plan.rows[row]?.rank ?? -1) < 0) continue;
      this.#paintOps(area, row, y, area.rowHeight - memory, paints, layers.chosen);
      if (layers.memory !== null && memory > 0) {
        this.#paintMemory(area, row, y + area.rowHeight - memory, memory, paints, layers.memory);
      }
    }
    return this.image;
  }

  /**
   * @param {number} x0
   * @param {number} x1
   * @param {number} y0
   * @param {number} y1
   * @param {number} colour
   */
  #fill(x0, x1, y0, y1, colour) {
    const left = Math.max(0, x0);
    const right = Math.min(this.width, x1);
    if (right <= left) return;
    const bottom = Math.min(this.height, y1);
    for (let y = Math.max(0, y0); y < bottom; ++y) {
      this.pixels.fill(colour, y * this.width + left, y * this.width + right);
    }
  }

  /**
   * @param {Area} area
   * @param {number} row
   * @param {number} y
   * @param {number} height
   * @param {Paints} paints
   * @param {Uint8Array | null} chosen
   */
  #paintOps(area, row, y, height, paints, chosen) {
    const { ops, end } = this.plan;
    const data = scheduleOfRow(this.plan, row);
    const { left, scale } = area;
    const right = left + this.width / scale;
    this.#fill(Math.round(-left * scale), Math.round((end - left) * scale), y, y + height, paints.idle);
    const last = ops.offsets[row + 1] ?? 0;
    let shared = false;
    for (let i = firstEndingAfter(ops, row, left); i < last; ++i) {
      const start = /** @type {number} */ (ops.starts[i]);
      if (start >= right) break;
      const x0 = (start - left) * scale;
      const x1 = (/** @type {number} */ (ops.ends[i]) - left) * scale;
      const kind = /** @type {number} */ (ops.kinds[i]);
      const stage = /** @type {number} */ (ops.stages[i]);
      const shade = shadeOf(data, stage, /** @type {number} */ (ops.microbatches[i]));
      const faint = chosen !== null && chosen[i] === 0;
      if (x1 - x0 < LEAST_BOX) {
        const part = ops.fused[i] === 1 ? 0.5 : 1;
        this.#share(x0, x1, kind + (faint ? 4 : 0), part, shade);
        shared = true;
        continue;
      }
      const box0 = Math.round(x0);
      const box1 = Math.round(x1) - (x1 - x0 >= LEAST_GAPPED_BOX ? 1 : 0);
      const colour = (faint ? paints.faint : paints.ops)[shade]?.[kind] ?? 0;
      let y0 = y;
      let y1 = y + height;
      if (ops.fused[i] === 1) {
        const middle = y + Math.ceil(height / 2);
        if (kind === FORWARD) y1 = middle;
        else y0 = middle;
      }
      this.#fill(box0, box1, y0, y1, colour);
      if (faint || y1 - y0 < LEAST_MARKED_HEIGHT || box1 - box0 < LEAST_MARKED_WIDTH) continue;
      if (kind === BACKWARD || kind === BACKWARD_INPUT) this.#fill(box0, box1, y0, y0 + MARK, paints.mark);
      if (kind === BACKWARD || kind === BACKWARD_WEIGHT) this.#fill(box0, box1, y1 - MARK, y1, paints.mark);
    }
    if (shared) this.#paintShares(y, height, paints);
  }

  /**
   * @param {number} x0
   * @param {number} x1
   * @param {number} slot
   * @param {number} part
   * @param {number} shade
   */
  #share(x0, x1, slot, part, shade) {
    for (let x = Math.floor(x0); x < x1; ++x) {
      if (x < 0 || x >= this.width) continue;
      const covered = Math.min(x1, x + 1) - Math.max(x0, x);
      this.shares[x * 8 + slot] = /** @type {number} */ (this.shares[x * 8 + slot]) + covered * part;
      this.touched[x] = 1;
      this.shadeOfColumn[x] = shade;
    }
  }

  /**
   * A column's kinds from the top, what is idle below them.
   * @param {number} y
   * @param {number} height
   * @param {Paints} paints
   */
  #paintShares(y, height, paints) {
    for (let x = 0; x < this.width; ++x) {
      if (this.touched[x] === 0) continue;
      this.touched[x] = 0;
      const shade = /** @type {number} */ (this.shadeOfColumn[x]);
      let sum = 0;
      let top = y;
      for (let slot = 0; slot < 8; ++slot) {
        const share = /** @type {number} */ (this.shares[x * 8 + slot]);
        if (share === 0) continue;
        this.shares[x * 8 + slot] = 0;
        sum += share;
        const bottom = y + Math.round(Math.min(1, sum) * height);
        const table = slot < 4 ? paints.ops : paints.faint;
        this.#fill(x, x + 1, top, bottom, table[shade]?.[slot & 3] ?? 0);
        top = bottom;
      }
    }
  }

  /**
   * The most that is held in each column, what is above the rank's limit in its colour.
   * @param {Area} area
   * @param {number} row
   * @param {number} y
   * @param {number} height
   * @param {Paints} paints
   * @param {Memory} memory
   */
  #paintMemory(area, row, y, height, paints, memory) {
    const { ops, end } = this.plan;
    const data = scheduleOfRow(this.plan, row);
    const { left, scale } = area;
    const rank = this.plan.rows[row]?.rank ?? 0;
    const limit = data.limits[rank] ?? 0;
    const full = Math.max(memory.most, largestOf(data.limits), 1);
    const line = y + height - Math.round((limit / full) * (height - 1));
    const first = ops.offsets[row] ?? 0;
    const last = ops.offsets[row + 1] ?? 0;
    const most = new Float64Array(this.width);
    const cover = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ bytes) => {
      const x1 = Math.min(this.width, Math.ceil((to - left) * scale));
      for (let x = Math.max(0, Math.floor((from - left) * scale)); x < x1; ++x) {
        if (bytes > /** @type {number} */ (most[x])) most[x] = bytes;
      }
    };
    const fixed = data.staticBytes[rank] ?? 0;
    if (last > first) cover(0, ops.starts[first] ?? 0, fixed);
    let i = firstEndingAfter(ops, row, left);
    if (i > first) --i;
    for (; i < last; ++i) {
      const start = /** @type {number} */ (ops.starts[i]);
      if ((start - left) * scale >= this.width) break;
      const stop = /** @type {number} */ (ops.ends[i]);
      cover(start, stop, /** @type {number} */ (memory.during[i]));
      cover(stop, i + 1 < last ? (ops.starts[i + 1] ?? end) : end, /** @type {number} */ (memory.after[i]));
    }
    for (let x = 0; x < this.width; ++x) {
      const bytes = /** @type {number} */ (most[x]);
      const held = y + height - Math.round((bytes / full) * (height - 1));
      const allowed = limit > 0 ? Math.max(held, line) : held;
      this.#fill(x, x + 1, held, allowed, paints.limit);
      this.#fill(x, x + 1, allowed, y + height, paints.memory);
    }
    if (limit > 0 && height >= LEAST_LIMIT_LINE) {
      this.#fill(Math.round(-left * scale), Math.round((end - left) * scale), line, line + 1, paints.limit);
    }
  }
}

/**
 * "#rrggbb" as a pixel of ImageData, mixed with another colour by `part` of that.
 * @param {string} colour
 * @param {string} [other]
 * @param {number} [part]
 */
export function pixelOf(colour, other = colour, part = 0) {
  const mix = [1, 3, 5].map((at) => {
    const a = parseInt(colour.slice(at, at + 2), 16);
    const b = parseInt(other.slice(at, at + 2), 16);
    return Math.round(a + (b - a) * part);
  });
  const [red = 0, green = 0, blue = 0] = mix;
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * @param {Theme} theme
 * @returns {Paints}
 */
export function paintsOf({ paints, ops }) {
  const colour = (/** @type {string} */ paint) => paints[paint] ?? "#000000";
  const pixels = (/** @type {number} */ faint) =>
    ops.map((kinds) => kinds.map((kind) => pixelOf(kind, colour("page"), faint)));
  return {
    page: pixelOf(colour("page")),
    idle: pixelOf(colour("idle")),
    mark: pixelOf(colour("mark")),
    memory: pixelOf(colour("memory")),
    limit: pixelOf(colour("limit")),
    ops: pixels(0),
    faint: pixels(FAINT),
  };
}
