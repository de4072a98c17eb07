// Pictures of parts of the plot, kept while the zoom stays: panning draws only what
// comes into view.
import { FORWARD, KIND_LETTERS, firstEndingAfter, scheduleOfRow, shadeOf } from "./plan.js";
import { Raster, memoryHeight } from "./raster.js";

/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./plan.js").Theme} Theme */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./raster.js").Paints} Paints */
/** @typedef {import("./raster.js").Layers} Layers */
/** @typedef {import("./raster.js").Area} Area */

const TILE = 256; // pixels of the screen
const MOST_TILES = 64;
const LEAST_LABEL = 15; // pixels of the page that a microbatch number needs
const LEAST_NAME = 40; // and one with stage and kind
const LEAST_LABELLED_ROW = 11;

export class Tiles {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    /** @type {Map<number, HTMLCanvasElement>} */
    this.tiles = new Map();
    /** @type {Raster | null} */
    this.raster = null;
    this.key = "";
  }

  /** Forgets all, since what they show has changed. */
  clear() {
    this.tiles.clear();
  }

  /**
   * Draws the plot, whose left top is the canvas's.
   * @param {CanvasRenderingContext2D} context  of the screen's pixels
   * @param {View} view
   * @param {number} ratio  pixels of the screen a pixel of the page
   * @param {Paints} paints
   * @param {Layers} layers
   * @param {Theme} theme
   */
  draw(context, view, ratio, paints, layers, theme) {
    const scale = view.scale * ratio;
    const height = Math.max(1, Math.round(view.height * ratio));
    const key = `${scale} ${view.pitch} ${view.top} ${height} ${ratio}`;
    if (key !== this.key) {
      this.clear();
      this.key = key;
    }
    if (this.raster === null || this.raster.height !== height) {
      this.raster = new Raster(this.plan, TILE, height);
    }
    const left = Math.round(view.left * scale);
    const right = left + Math.round(view.width * ratio);
    for (let n = Math.floor(left / TILE); n * TILE < right; ++n) {
      let tile = this.tiles.get(n);
      if (tile === undefined) {
        tile = this.#paint(this.raster, n, scale, view, ratio, paints, layers, theme);
      } else {
        this.tiles.delete(n);
      }
      this.tiles.set(n, tile); // Last: used last.
      context.drawImage(tile, n * TILE - left, 0);
    }
    for (const oldest of this.tiles.keys()) {
      if (this.tiles.size <= MOST_TILES) break;
      this.tiles.delete(oldest);
    }
  }

  /**
   * @param {Raster} raster
   * @param {number} n
   * @param {number} scale
   * @param {View} view
   * @param {number} ratio
   * @param {Paints} paints
   * @param {Layers} layers
   * @param {Theme} theme
   */
  #paint(raster, n, scale, view, ratio, paints, layers, theme) {
    const rows = [];
    const first = Math.max(0, view.rowAt(0));
    for (let row = first; row < view.rows && view.yAt(row) < view.height; ++row) {
      rows.push({ row, y: Math.round(view.yAt(row) * ratio) });
    }
    /** @type {Area} */
    const area = {
      left: (n * TILE) / scale,
      scale,
      rows,
      rowHeight: Math.max(1, Math.round(view.rowHeight * ratio)),
    };
    const tile = document.createElement("canvas");
    tile.width = TILE;
    tile.height = raster.height;
    const context = tile.getContext("2d");
    if (context === null) return tile;
    context.putImageData(raster.paint(area, paints, layers), 0, 0);
    if (view.rowHeight >= LEAST_LABELLED_ROW) {
      this.#label(context, area, layers, ratio, theme);
    }
    return tile;
  }

  /**
   * Writes microbatch numbers, and the whole name where it fits.
   * @param {CanvasRenderingContext2D} context
   * @param {Area} area
   * @param {Layers} layers
   * @param {number} ratio
   * @param {Theme} theme
   */
  #label(context, area, layers, ratio, theme) {
    const { ops } = this.plan;
    const height = area.rowHeight - memoryHeight(area, layers);
    context.textAlign = "center";
    context.textBaseline = "middle";
    const right = area.left + TILE / area.scale;
    for (const { row, y } of area.rows) {
      const schedule = scheduleOfRow(this.plan, row);
      const last = ops.offsets[row + 1] ?? 0;
      for (let i = firstEndingAfter(ops, row, area.left); i < last; ++i) {
        const start = /** @type {number} */ (ops.starts[i]);
        if (start >= right) break;
        const width = (/** @type {number} */ (ops.ends[i]) - start) * area.scale;
        if (width < LEAST_LABEL * ratio) continue;
        const kind = /** @type {number} */ (ops.kinds[i]);
        const fused = ops.fused[i] === 1;
        const part = fused ? height / 2 : height;
        const size = Math.min(13 * ratio, part * 0.8);
        if (size < 8 * ratio) continue;
        const number = String(ops.microbatches[i]);
        const text = width >= LEAST_NAME * ratio ? `${ops.stages[i]}${KIND_LETTERS[kind]}${number}` : number;
        context.font = `${size}px system-ui, sans-serif`;
        if (text.length * size * 0.62 > width) continue;
        const faint = layers.chosen !== null && layers.chosen[i] === 0;
        const shade = shadeOf(schedule, ops.stages[i] ?? 0, ops.microbatches[i] ?? 0);
        context.fillStyle = (faint ? theme.paints["ink"] : theme.inks[shade]?.[kind]) ?? "";
        const middle = (start - area.left) * area.scale + width / 2;
        const line = fused && kind !== FORWARD ? y + height * 0.75 : fused ? y + height * 0.25 : y + height / 2;
        context.fillText(text, middle, line + size * 0.06);
      }
    }
  }
}
