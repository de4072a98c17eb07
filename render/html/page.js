// The page: what it shows, drawn when something changed. Mouse and keys are in input.js.
import { Flow, followMemory } from "./flow.js";
import { byId, listenToKeys, listenToMouse, listenToTools, listenToWindow } from "./input.js";
import { AXIS_HEIGHT, arrow, drawAxes, drawTransfers, gutterWidth, outline } from "./overlay.js";
import { decodePlan, firstEndingAfter, opName } from "./plan.js";
import { paintsOf } from "./raster.js";
import { findOps } from "./search.js";
import { describe, fillCard, fillFacts, fillKeys, fillLegend, fillPanel } from "./texts.js";
import { Tiles } from "./tiles.js";
import { View } from "./view.js";

/** @typedef {import("./plan.js").PageData} PageData */

const RIGHT_MARGIN = 12;
const PRINT_RATIO = 2;
const PRINT_WIDTH = 1040; // pixels of a landscape page
const PRINT_HEIGHT = 480;
const MOST_OUTLINES = 2000; // of found ops

export class Page {
  constructor() {
    const text = byId("plan", HTMLElement).textContent ?? "";
    this.plan = decodePlan(/** @type {PageData} */ (JSON.parse(text)));
    const { ops } = this.plan;
    let shortest = Infinity;
    for (let i = 0; i < ops.kinds.length; ++i) {
      const time = (ops.ends[i] ?? 0) - (ops.starts[i] ?? 0);
      if (time > 0 && time < shortest) shortest = time;
    }
    this.flow = new Flow(this.plan);
    this.memory = followMemory(this.plan);
    this.view = new View(this.plan.end, shortest, this.plan.rows.length);
    this.tiles = new Tiles(this.plan);
    this.gutter = gutterWidth(this.plan);

    this.canvas = byId("plot", HTMLCanvasElement);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { alpha: false }));
    this.card = byId("card", HTMLElement);
    this.panel = byId("panel", HTMLElement);
    this.keys = byId("keys", HTMLElement);
    this.search = byId("search", HTMLInputElement);
    this.found = byId("found", HTMLElement);
    this.memoryBox = byId("memory", HTMLInputElement);
    this.criticalBox = byId("critical", HTMLInputElement);
    this.transfersBox = byId("transfers", HTMLInputElement);

    this.hovered = -1;
    this.selected = -1;
    /** @type {number[]} */
    this.matches = [];
    this.match = -1;
    /** @type {Uint8Array | null} */
    this.chosen = null; // ops of interest
    const { first } = this.plan.data;
    this.themeName = first.theme;
    this.printing = false;
    this.due = false;

    this.#fillTexts();
    listenToMouse(this);
    listenToTools(this);
    listenToKeys(this);
    listenToWindow(this);
    this.memoryBox.checked = first.memory;
    this.transfersBox.checked = first.arrows;
    this.showCritical(first.critical);
    this.setTheme(this.themeName);
    this.resize();
    if (first.from > 0 || first.to !== null) this.view.show(first.from, first.to ?? this.plan.end);
    const [firstRank, lastRank] = first.ranks;
    if (firstRank !== undefined && lastRank !== undefined) this.view.showRows(firstRank, lastRank);
  }

  #fillTexts() {
    const { data } = this.plan;
    byId("title", HTMLElement).textContent = data.title;
    fillFacts(byId("facts", HTMLElement), this.plan);
    fillKeys(this.keys);
  }

  get theme() {
    const { themes } = this.plan.data;
    return /** @type {import("./plan.js").Theme} */ (themes[this.printing ? "light" : this.themeName]);
  }

  /** @param {string} name */
  setTheme(name) {
    this.themeName = name;
    this.#applyTheme();
  }

  #applyTheme() {
    const theme = this.theme;
    const style = document.documentElement.style;
    style.setProperty("--page", theme.paints["page"] ?? "");
    style.setProperty("--ink", theme.paints["ink"] ?? "");
    style.setProperty("--faint", theme.paints["faintInk"] ?? "");
    style.setProperty("--line", theme.paints["grid"] ?? "");
    style.colorScheme = this.printing ? "light" : this.themeName;
    this.paints = paintsOf(theme);
    fillLegend(byId("legend", HTMLElement), this.plan, theme, this.memoryBox.checked);
    this.repaint();
  }

  /** Makes the canvas as large as its place. */
  resize() {
    const width = this.printing ? PRINT_WIDTH : this.canvas.clientWidth;
    const height = this.printing ? PRINT_HEIGHT : this.canvas.clientHeight;
    this.ratio = this.printing ? PRINT_RATIO : devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(height * this.ratio));
    this.view.resize(width - this.gutter - RIGHT_MARGIN, height - AXIS_HEIGHT);
    this.draw();
  }

  /** Draws before the next frame. */
  schedule() {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      if (this.due) this.draw();
    });
  }

  /** Draws all anew, since what the ops look like has changed. */
  repaint() {
    this.tiles.clear();
    this.schedule();
  }

  draw() {
    this.due = false;
    const { context, view, ratio = 1, theme, paints } = this;
    if (paints === undefined) return;
    view.memory = this.memoryBox.checked;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = theme.paints["page"] ?? "";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);

    const left = Math.round(this.gutter * ratio);
    context.save();
    context.beginPath();
    context.rect(left, 0, Math.round(view.width * ratio), Math.round(view.height * ratio));
    context.clip();
    context.translate(left, 0);
    this.tiles.draw(
      context,
      view,
      ratio,
      paints,
      { chosen: this.chosen, memory: this.memoryBox.checked ? this.memory : null },
      theme,
    );
    context.setTransform(ratio, 0, 0, ratio, left, 0);
    this.#drawMarks();
    context.restore();

    context.setTransform(ratio, 0, 0, ratio, left, 0);
    drawAxes(context, this.plan, view, theme.paints);
  }

  #drawMarks() {
    const { context, plan, view, flow, theme } = this;
    const ink = theme.paints["ink"] ?? "";
    const mark = theme.paints["critical"] ?? "";
    if (this.transfersBox.checked) drawTransfers(context, plan, view, flow, theme.paints["arrow"] ?? ink);
    for (const op of this.matches.slice(0, MOST_OUTLINES)) outline(context, plan, view, op, mark, 1.5);
    if (this.selected >= 0) {
      for (const input of flow.inputs(this.selected)) arrow(context, plan, view, input.op, this.selected, ink);
      for (const user of flow.users(this.selected)) arrow(context, plan, view, this.selected, user, ink);
      outline(context, plan, view, this.selected, ink, 3);
    }
    if (this.hovered >= 0) outline(context, plan, view, this.hovered, ink, 1.5);
  }

  /**
   * The op at a point of the canvas, or -1. Within a pixel's reach of short ops.
   * @param {number} x
   * @param {number} y
   */
  opAt(x, y) {
    const { view, plan } = this;
    const px = x - this.gutter;
    if (px < 0 || px > view.width || y < 0 || y > view.height) return -1;
    const row = view.rowAt(y);
    if (row < 0) return -1;
    const { ops } = plan;
    const time = view.timeAt(px);
    const last = ops.offsets[row + 1] ?? 0;
    const op = firstEndingAfter(ops, row, time - 1 / view.scale);
    if (op >= last || (ops.starts[op] ?? 0) > time + 1 / view.scale) return -1;
    const lower = y - view.yAt(row) > view.opsHeight / 2;
    return ops.fused[op] === 1 && lower ? op + 1 : op;
  }

  /** @param {number} op  or -1 */
  select(op) {
    this.selected = op;
    this.#choose();
    if (op >= 0) {
      const { ops } = this.plan;
      this.view.reveal(ops.rows[op] ?? 0, ops.starts[op] ?? 0, ops.ends[op] ?? 0);
      const rows = describe(this.plan, this.flow, this.memory, op);
      fillPanel(this.panel, this.plan, this.flow, rows, op, (other) => this.select(other));
      byId("announcement", HTMLElement).textContent =
        `${opName(ops, op)}: ${rows.map((row) => row.join(" ")).join(", ")}`;
    }
    this.panel.hidden = op < 0;
    this.card.hidden = true;
    this.repaint();
  }

  /** Ops of interest: the critical path and the selected op's microbatch. */
  #choose() {
    if (!this.criticalBox.checked && this.selected < 0) {
      this.chosen = null;
      return;
    }
    const { critical } = this.plan;
    this.chosen = this.criticalBox.checked ? critical.slice() : new Uint8Array(critical.length);
    if (this.selected >= 0) {
      for (const op of this.flow.path(this.selected)) this.chosen[op] = 1;
    }
  }

  /** @param {boolean} on */
  showCritical(on) {
    this.criticalBox.checked = on;
    this.#choose();
    this.repaint();
  }

  /** @param {boolean} on */
  showTransfers(on) {
    this.transfersBox.checked = on;
    this.schedule();
  }

  /** @param {boolean} on */
  showMemory(on) {
    this.memoryBox.checked = on;
    this.#applyTheme();
  }

  /**
   * The hover card of the op under the mouse.
   * @param {number} x
   * @param {number} y
   */
  hover(x, y) {
    const op = this.opAt(x, y);
    if (op !== this.hovered) {
      this.hovered = op;
      this.card.hidden = op < 0 || op === this.selected;
      if (op >= 0) fillCard(this.card, this.plan, describe(this.plan, this.flow, this.memory, op), op);
      this.schedule();
    }
    if (this.card.hidden) return;
    const { clientWidth, clientHeight } = this.canvas;
    const right = x + 16 + this.card.offsetWidth > clientWidth;
    const below = y + 16 + this.card.offsetHeight > clientHeight;
    this.card.style.left = `${Math.max(0, right ? x - 16 - this.card.offsetWidth : x + 16)}px`;
    this.card.style.top = `${Math.max(0, below ? clientHeight - this.card.offsetHeight : y + 16)}px`;
  }

  /** Finds what the search box says. */
  find() {
    this.matches = this.search.value.trim() === "" ? [] : findOps(this.plan, this.search.value);
    this.match = -1;
    this.#showFound();
    this.schedule();
  }

  #showFound() {
    const asked = this.search.value.trim() !== "";
    const count = this.matches.length;
    this.found.textContent = !asked
      ? ""
      : this.match >= 0
        ? `${this.match + 1} of ${count}`
        : count === 0 ? "none" : `${count} found`;
  }

  /** @param {number} step  1 for the next, -1 for the one before */
  nextMatch(step) {
    const count = this.matches.length;
    if (count === 0) return;
    this.match = this.match < 0 ? (step > 0 ? 0 : count - 1) : (this.match + step + count) % count;
    this.select(this.matches[this.match] ?? -1);
    this.#showFound();
  }

  /**
   * Goes from the selected op to one beside it on its rank, or on the next rank at the
   * same time.
   * @param {number} along
   * @param {number} across
   */
  step(along, across) {
    const { ops, rows } = this.plan;
    let op = this.selected + along;
    let wanted = ops.rows[this.selected] ?? 0;
    if (across !== 0) {
      wanted += across;
      if (rows[wanted]?.rank === -1) wanted += across;
      if (wanted < 0 || wanted >= rows.length) return;
      const last = (ops.offsets[wanted + 1] ?? 0) - 1;
      op = Math.min(firstEndingAfter(ops, wanted, ops.starts[this.selected] ?? 0), last);
    }
    if (op >= (ops.offsets[wanted] ?? 0) && op < (ops.offsets[wanted + 1] ?? 0)) this.select(op);
  }

  /** @param {number} factor */
  zoom(factor) {
    this.view.zoom(factor, this.view.width / 2);
    this.schedule();
  }

  fit() {
    this.view.fit();
    this.schedule();
  }

  otherTheme() {
    this.setTheme(this.themeName === "dark" ? "light" : "dark");
  }

  toggleKeys() {
    this.keys.hidden = !this.keys.hidden;
    byId("help", HTMLElement).setAttribute("aria-expanded", String(!this.keys.hidden));
  }

  /** @param {boolean} on */
  setPrinting(on) {
    if (this.printing === on) return;
    this.printing = on;
    const { view } = this;
    if (on) {
      this.shown = { scale: view.scale, left: view.left, pitch: view.pitch, top: view.top, fitted: view.fitted };
      view.fitted = true;
    }
    this.#applyTheme();
    this.resize();
    if (!on) {
      Object.assign(view, this.shown);
      this.resize();
    }
  }
}
