// Writes what the page says in words: hover card, panel of the selected op, legend, keys.
import {
  BACKWARD,
  BACKWARD_INPUT,
  BACKWARD_WEIGHT,
  FORWARD,
  KIND_LETTERS,
  KIND_NAMES,
  formatMemory,
  formatTime,
  opName,
  partnerOf,
  rankOf,
  scheduleOf,
} from "./plan.js";
import { SEARCH_HELP } from "./search.js";

/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./plan.js").Theme} Theme */
/** @typedef {import("./flow.js").Flow} Flow */
/** @typedef {import("./flow.js").Memory} Memory */

/**
 * @param {string} tag
 * @param {string} [text]
 */
function element(tag, text = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/**
 * What is known of an op, by name.
 * @param {Plan} plan
 * @param {Flow} flow
 * @param {Memory} memory
 * @param {number} op
 * @returns {[string, string][]}
 */
export function describe(plan, flow, memory, op) {
  const { ops } = plan;
  const data = scheduleOf(plan, op);
  const time = (/** @type {number} */ ticks) => formatTime(plan, ticks);
  const start = ops.starts[op] ?? 0;
  const end = ops.ends[op] ?? 0;
  const partner = partnerOf(ops, op);
  const microbatch = ops.microbatches[op] ?? 0;
  const waited = flow.waitedFor(op).map((input) => {
    const delay = input.ready - (ops.ends[input.op] ?? 0);
    const where = `${opName(ops, input.op)} on rank ${rankOf(plan, input.op)}`;
    return delay > 0 ? `${where}, then ${time(delay)} of transfer` : where;
  });
  /** @type {[string, string][]} */
  const rows = plan.data.schedules.length > 1 ? [["schedule", data.name]] : [];
  rows.push(
    ["what", KIND_NAMES[ops.kinds[op] ?? 0] ?? ""],
    ["microbatch", String(microbatch)],
    ["stage", String(ops.stages[op])],
    ["rank", String(rankOf(plan, op))],
  );
  if (data.secondReplicaFrom < data.microbatches) {
    rows.push(["direction", microbatch < data.secondReplicaFrom ? "0" : "1"]);
  }
  if (partner >= 0) rows.push(["fused with", opName(ops, partner)]);
  rows.push(
    ["start", time(start)],
    ["end", time(end)],
    ["takes", time(end - start)],
    ["waited for", waited.length > 0 ? waited.join("; ") : "nothing"],
  );
  rows.push(["rank holds", formatMemory(plan, memory.during[op] ?? 0)]);
  return rows;
}

/**
 * @param {[string, string][]} rows
 */
function listOf(rows) {
  const list = element("dl");
  for (const [name, value] of rows) list.append(element("dt", name), element("dd", value));
  return list;
}

/**
 * @param {HTMLElement} card
 * @param {Plan} plan
 * @param {[string, string][]} rows
 * @param {number} op
 */
export function fillCard(card, plan, rows, op) {
  card.replaceChildren(element("h2", opName(plan.ops, op)), listOf(rows));
}

/**
 * As the card, with the ops around it to go on to.
 * @param {HTMLElement} panel
 * @param {Plan} plan
 * @param {Flow} flow
 * @param {[string, string][]} rows
 * @param {number} op
 * @param {(op: number) => void} select
 */
export function fillPanel(panel, plan, flow, rows, op, select) {
  const list = listOf(rows);
  const addOps = (/** @type {string} */ name, /** @type {number[]} */ ops) => {
    if (ops.length === 0) return;
    const value = element("dd");
    for (const other of [...new Set(ops)]) {
      const button = element("button", opName(plan.ops, other));
      button.addEventListener("click", () => select(other));
      value.append(button);
    }
    list.append(element("dt", name), value);
  };
  addOps("needs", flow.inputs(op).map((input) => input.op));
  addOps("needed by", flow.users(op));
  panel.replaceChildren(element("h2", opName(plan.ops, op)), list);
}

/**
 * A swatch as the ops are drawn: lines tell the kinds of backward.
 * @param {string} colour
 * @param {string} mark
 * @param {number} kind
 */
function withMarks(colour, mark, kind) {
  const above = kind === BACKWARD || kind === BACKWARD_INPUT ? mark : colour;
  const below = kind === BACKWARD || kind === BACKWARD_WEIGHT ? mark : colour;
  return `linear-gradient(${above} 2px, ${colour} 2px 11px, ${below} 11px)`;
}

/**
 * @param {HTMLElement} legend
 * @param {Plan} plan
 * @param {Theme} theme
 * @param {boolean} withMemory
 */
export function fillLegend(legend, plan, theme, withMemory) {
  const { ops } = plan;
  const { schedules } = plan.data;
  legend.replaceChildren();
  const add = (/** @type {string} */ background, /** @type {string} */ text) => {
    const entry = element("span");
    const swatch = element("i");
    swatch.style.background = background;
    entry.append(swatch, text);
    legend.append(entry);
  };
  const colour = (/** @type {string} */ paint) => theme.paints[paint] ?? "";
  const occurs = new Set(ops.kinds);
  const ofKind = (/** @type {number} */ kind) => theme.ops[0]?.[kind] ?? "";
  KIND_NAMES.forEach((name, kind) => {
    if (occurs.has(kind)) add(withMarks(ofKind(kind), colour("mark"), kind), `${name} (${KIND_LETTERS[kind]})`);
  });
  if (ops.fused.includes(1)) {
    add(`linear-gradient(${ofKind(FORWARD)} 50%, ${ofKind(BACKWARD)} 50%)`, "overlapped pair (F above B)");
  }
  add(colour("idle"), "idle");
  if (schedules.some((schedule) => schedule.chunks > 1)) legend.append(element("span", "paler: later chunk of the rank"));
  if (schedules.some((schedule) => schedule.secondReplicaFrom < schedule.microbatches)) legend.append(element("span", "paler: direction 1"));
  if (withMemory) {
    add(colour("memory"), "memory held");
    if (schedules.some((schedule) => schedule.limits.length > 0)) add(colour("limit"), "memory limit");
  }
}

/**
 * What the schedules cost, and what they were computed from.
 * @param {HTMLElement} facts
 * @param {Plan} plan
 */
export function fillFacts(facts, plan) {
  const list = element("ul");
  list.append(...plan.data.facts.map((fact) => element("li", fact)));
  const table = element("table");
  plan.data.table.forEach((cells, i) => {
    const row = element("tr");
    row.append(...cells.map((cell) => element(i === 0 ? "th" : "td", cell)));
    table.append(row);
  });
  facts.replaceChildren(...(plan.data.table.length > 0 ? [table] : []), list);
}

/** @type {[string, string][]} */
const KEYS = [
  ["wheel, + and -", "zoom in time"],
  ["Shift + wheel", "move in time"],
  ["Alt + wheel", "rows higher or lower"],
  ["drag, arrows", "move; with an op selected, arrows go to the ops around it"],
  ["click, Esc", "select an op and its microbatch's path; select none"],
  ["0", "show everything"],
  ["m, c, a, t", "memory, critical path, transfers, theme"],
  ["/", "find; Enter goes to the next one, Shift + Enter back"],
  ["find", SEARCH_HELP],
];

/** @param {HTMLElement} keys */
export function fillKeys(keys) {
  keys.replaceChildren(element("h2", "Keys"), listOf(KEYS));
}
