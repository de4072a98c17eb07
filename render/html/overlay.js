// Draws what lies over and around the plot: axis, ranks, marked ops and arrows.
import { firstEndingAfter, formatTime, partnerOf } from "./plan.js";
import { ticksBetween } from "./view.js";

/** @typedef {import("./flow.js").Flow} Flow */
/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./view.js").View} View */

export const AXIS_HEIGHT = 34;
const LEAST_TICK = 90; // pixels between two marks
const LEAST_RANK_LABEL = 18;
const MOST_TRANSFER_OPS = 3000; // in view: arrows between more are a mess

/**
 * Width that rank labels need.
 * @param {Plan} plan
 */
export function gutterWidth(plan) {
  return 46 + 7 * String(Math.max(...plan.rows.map((row) => row.rank))).length;
}

/**
 * @param {CanvasRenderingContext2D} context  whose origin is the plot's left top
 * @param {Plan} plan
 * @param {View} view
 * @param {Record<string, string>} paints
 */
export function drawAxes(context, plan, view, paints) {
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = paints["faintInk"] ?? "";
  context.strokeStyle = paints["faintInk"] ?? "";
  context.lineWidth = 1;

  const unit = plan.data.tick;
  const bottom = Math.min(view.height, view.rows * view.pitch - view.top);
  const low = view.left * unit;
  const high = Math.min(view.end, view.left + view.width / view.scale) * unit;
  context.beginPath();
  context.moveTo(0, Math.round(bottom) + 0.5);
  context.lineTo(Math.round(view.xAt(view.end) < view.width ? view.xAt(view.end) : view.width), Math.round(bottom) + 0.5);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const time of ticksBetween(low, high, (LEAST_TICK / view.scale) * unit)) {
    const x = Math.round(view.xAt(time / unit)) + 0.5;
    context.moveTo(x, bottom + 0.5);
    context.lineTo(x, bottom + 5);
    const text = formatTime(plan, time / unit);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.max(half, Math.min(view.width - half, x)), bottom + 7);
  }
  context.stroke();
  context.textAlign = "right";
  context.fillText(plan.data.unit, view.width, bottom + 20);

  context.textBaseline = "middle";
  const every = 2 ** Math.max(0, Math.ceil(Math.log2(LEAST_RANK_LABEL / view.pitch)));
  plan.rows.forEach(({ schedule, rank }, row) => {
    const y = view.yAt(row) + (rank < 0 ? view.rowHeight : view.opsHeight) / 2;
    if (y < 0 || y > view.height) return;
    if (rank < 0) {
      context.textAlign = "left";
      context.fillText(plan.data.schedules[schedule]?.heading ?? "", 0, y);
      context.textAlign = "right";
    } else if (rank % every === 0) {
      context.fillText(`rank ${rank}`, -8, Math.min(view.height - 6, Math.max(6, y)));
    }
  });
}

/**
 * The rectangle of an op.
 * @param {Plan} plan
 * @param {View} view
 * @param {number} op
 */
export function boxOf(plan, view, op) {
  const { ops } = plan;
  const x = view.xAt(ops.starts[op] ?? 0);
  return {
    x,
    y: view.yAt(ops.rows[op] ?? 0),
    width: Math.max(1, view.xAt(ops.ends[op] ?? 0) - x),
    height: view.rowHeight,
  };
}

/**
 * A frame around an op.
 * @param {CanvasRenderingContext2D} context
 * @param {Plan} plan
 * @param {View} view
 * @param {number} op
 * @param {string} colour
 * @param {number} thickness
 */
export function outline(context, plan, view, op, colour, thickness) {
  const box = boxOf(plan, view, op);
  if (box.x > view.width || box.x + box.width < 0 || box.y > view.height || box.y + box.height < 0) return;
  context.strokeStyle = colour;
  context.lineWidth = thickness;
  context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
}

/**
 * An arrow from the end of an op to the start of another.
 * @param {CanvasRenderingContext2D} context
 * @param {Plan} plan
 * @param {View} view
 * @param {number} from
 * @param {number} to
 * @param {string} colour
 */
export function arrow(context, plan, view, from, to, colour) {
  const a = boxOf(plan, view, from);
  const b = boxOf(plan, view, to);
  const x0 = a.x + a.width;
  const y0 = a.y + view.opsHeight / 2;
  const x1 = b.x;
  const y1 = b.y + view.opsHeight / 2;
  const angle = Math.atan2(y1 - y0, x1 - x0);
  if (Math.hypot(x1 - x0, y1 - y0) < 2) return;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1 - 7 * Math.cos(angle - 0.4), y1 - 7 * Math.sin(angle - 0.4));
  context.lineTo(x1 - 7 * Math.cos(angle + 0.4), y1 - 7 * Math.sin(angle + 0.4));
  context.fill();
}

/**
 * The ops in view, or null if they are more than `most`.
 * @param {Plan} plan
 * @param {View} view
 * @param {number} most
 */
function opsInView({ ops, rows }, view, most) {
  const found = [];
  const end = view.timeAt(view.width);
  const last = view.rowAt(view.height);
  for (let row = Math.max(0, view.rowAt(0)); row < (last < 0 ? rows.length : last + 1); ++row) {
    const stop = ops.offsets[row + 1] ?? 0;
    for (let op = firstEndingAfter(ops, row, view.left); op < stop && (ops.starts[op] ?? 0) < end; ++op) {
      if (found.length === most) return null;
      found.push(op);
    }
  }
  return found;
}

/**
 * An arrow for each transfer between two ranks that begins or ends in view.
 * @param {CanvasRenderingContext2D} context
 * @param {Plan} plan
 * @param {View} view
 * @param {Flow} flow
 * @param {string} colour
 */
export function drawTransfers(context, plan, view, flow, colour) {
  const inView = opsInView(plan, view, MOST_TRANSFER_OPS);
  const { ops } = plan;
  const arrows = new Set();
  const firstOf = (/** @type {number} */ op) => (partnerOf(ops, op) < 0 ? op : Math.min(op, partnerOf(ops, op)));
  for (const op of inView ?? []) {
    for (const input of flow.inputs(op)) arrows.add(`${input.op} ${firstOf(op)}`);
    for (const user of flow.users(op)) arrows.add(`${op} ${firstOf(user)}`);
  }
  for (const names of arrows) {
    const [from = 0, to = 0] = names.split(" ").map(Number);
    if (ops.rows[from] !== ops.rows[to]) arrow(context, plan, view, from, to, colour);
  }
}
