// The plan that the page shows, decoded from the text that render/html.cc embeds.

/**
 * What the page carries. Times are in ticks of `tick` units each.
 * @typedef {object} PageData
 * @property {string} title
 * @property {string} unit  name of the time unit
 * @property {number} tick  units a tick
 * @property {Record<string, Theme>} themes  by name
 * @property {First} first  what is shown first
 * @property {"bytes" | "activations"} memoryIn  what memory is counted in
 * @property {string[]} facts  what it costs, what it was computed from
 * @property {string[][]} table  that compares several schedules, with its head; else empty
 * @property {ScheduleData[]} schedules  one, or several that are compared
 */

/**
 * `to` is null for the end; `ranks` are the first and the last one, or none.
 * @typedef {{theme: string, critical: boolean, memory: boolean, arrows: boolean, from: number, to: number | null, ranks: number[]}} First
 */

/**
 * Colours. `ops` and `inks`, which texts on ops have, are by shade, then by kind.
 * @typedef {{paints: Record<string, string>, ops: string[][], inks: string[][]}} Theme
 */

/**
 * @typedef {object} ScheduleData
 * @property {string} name  and sizes
 * @property {string} heading  the name and what it costs
 * @property {number} stretch  ticks of the page that a tick of this schedule's times is
 * @property {number} stages
 * @property {number} microbatches
 * @property {number[]} rankOps  ops of each rank
 * @property {number} chunks  most that a rank holds
 * @property {number[]} shades  of the ops of each stage
 * @property {number} secondShade  of the ops of direction 1
 * @property {number} secondReplicaFrom  first microbatch of direction 1; `microbatches` if there is none
 * @property {number[]} p2pForward  from stage s to s + 1
 * @property {number[]} p2pBackward  from stage s + 1 to s
 * @property {number[]} taken  memory that a forward of each stage takes
 * @property {number[]} kept  the part of them that stays until the backward for weights
 * @property {number[]} staticBytes  of each rank
 * @property {number[]} limits  of each rank, or empty
 * @property {string} ops  base64, see decodeOps
 * @property {string} criticalPath  base64: each index less the one before it
 */

// The kinds of op, in the order of their numbers.
export const FORWARD = 0;
export const BACKWARD = 1;
export const BACKWARD_INPUT = 2;
export const BACKWARD_WEIGHT = 3;
export const KIND_LETTERS = "FBIW";
export const KIND_NAMES = [
  "forward",
  "backward",
  "backward for inputs",
  "backward for weights",
];

/**
 * A rank of a schedule, or the heading above its first rank (rank -1), which has no ops.
 * @typedef {{schedule: number, rank: number}} Row
 */

/**
 * The ops of all schedules as columns: those of row r are offsets[r] to offsets[r + 1] - 1.
 * @typedef {object} Ops
 * @property {Int32Array} offsets
 * @property {Int32Array} rows
 * @property {Uint8Array} kinds
 * @property {Uint8Array} fused
 * @property {Int32Array} stages
 * @property {Int32Array} microbatches
 * @property {Float64Array} starts
 * @property {Float64Array} ends
 */

/**
 * `critical` says which ops are on the critical path of their schedule.
 * @typedef {{data: PageData, rows: Row[], ops: Ops, critical: Uint8Array, end: number}} Plan
 */

/** Reads unsigned LEB128 numbers from base64. */
class NumberReader {
  /** @param {string} base64 */
  constructor(base64) {
    const text = atob(base64);
    this.bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; ++i) this.bytes[i] = text.charCodeAt(i);
    this.at = 0;
  }

  get done() {
    return this.at >= this.bytes.length;
  }

  next() {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }

  /** A signed number: 0, -1, 1, -2, ... are stored as 0, 1, 2, 3, ... */
  nextSigned() {
    const value = this.next();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/**
 * The rows from the top. Several schedules have headings.
 * @param {PageData} data
 * @returns {Row[]}
 */
function rowsOf(data) {
  return data.schedules.flatMap(({ rankOps }, schedule) => [
    ...(data.schedules.length > 1 ? [{ schedule, rank: -1 }] : []),
    ...rankOps.map((_, rank) => ({ schedule, rank })),
  ]);
}

/**
 * Four numbers an op: stage * 8 + fused * 4 + kind; the microbatch less that of the
 * op before it on its rank; the start less the end of the op before it; the duration.
 * The second op of a fused pair has the first two alone.
 * @param {PageData} data
 * @param {Row[]} rows
 * @returns {Ops}
 */
function decodeOps(data, rows) {
  const opsOf = (/** @type {Row} */ row) => data.schedules[row.schedule]?.rankOps[row.rank] ?? 0;
  const count = rows.reduce((sum, row) => sum + opsOf(row), 0);
  const ops = {
    offsets: new Int32Array(rows.length + 1),
    rows: new Int32Array(count),
    kinds: new Uint8Array(count),
    fused: new Uint8Array(count),
    stages: new Int32Array(count),
    microbatches: new Int32Array(count),
    starts: new Float64Array(count),
    ends: new Float64Array(count),
  };
  const readers = data.schedules.map((schedule) => new NumberReader(schedule.ops));
  let i = 0;
  rows.forEach((row, at) => {
    const stretch = data.schedules[row.schedule]?.stretch ?? 1;
    const reader = /** @type {NumberReader} */ (readers[row.schedule]);
    let microbatch = 0;
    let start = 0;
    let end = 0;
    let second = false;
    for (const last = i + opsOf(row); i < last; ++i) {
      const head = reader.next();
      microbatch += reader.nextSigned();
      if (!second) {
        start = end + reader.next();
        end = start + reader.next();
      }
      ops.rows[i] = at;
      ops.kinds[i] = head & 3;
      ops.fused[i] = (head >> 2) & 1;
      ops.stages[i] = head >> 3;
      ops.microbatches[i] = microbatch;
      ops.starts[i] = start * stretch;
      ops.ends[i] = end * stretch;
      second = ops.fused[i] === 1 && !second;
    }
    ops.offsets[at + 1] = i;
  });
  return ops;
}

/**
 * @param {PageData} data
 * @returns {Plan}
 */
export function decodePlan(data) {
  const rows = rowsOf(data);
  const ops = decodeOps(data, rows);
  const critical = new Uint8Array(ops.kinds.length);
  let first = 0; // op of the schedule
  for (const schedule of data.schedules) {
    const path = new NumberReader(schedule.criticalPath);
    for (let op = first; !path.done; ) {
      op += path.nextSigned();
      critical[op] = 1;
    }
    first += schedule.rankOps.reduce((sum, count) => sum + count, 0);
  }
  let end = 0;
  for (const time of ops.ends) end = Math.max(end, time);
  return { data, rows, ops, critical, end };
}

/**
 * The schedule of an op.
 * @param {Plan} plan
 * @param {number} op
 */
export function scheduleOf(plan, op) {
  return scheduleOfRow(plan, plan.ops.rows[op] ?? 0);
}

/**
 * @param {Plan} plan
 * @param {number} row
 */
export function scheduleOfRow(plan, row) {
  return /** @type {ScheduleData} */ (plan.data.schedules[plan.rows[row]?.schedule ?? 0]);
}

/**
 * The rank of an op.
 * @param {Plan} plan
 * @param {number} op
 */
export function rankOf(plan, op) {
  return plan.rows[plan.ops.rows[op] ?? 0]?.rank ?? 0;
}

/**
 * "3F7", as in the order text.
 * @param {Ops} ops
 * @param {number} op
 */
export function opName(ops, op) {
  return `${ops.stages[op]}${KIND_LETTERS[ops.kinds[op] ?? 0]}${ops.microbatches[op]}`;
}

/**
 * The other op of a fused pair, or -1.
 * @param {Ops} ops
 * @param {number} op
 */
export function partnerOf(ops, op) {
  if (ops.fused[op] !== 1) return -1;
  return ops.kinds[op] === FORWARD ? op + 1 : op - 1;
}

/**
 * The first op of a row that ends after a time; one past its last if there is none.
 * @param {Ops} ops
 * @param {number} row
 * @param {number} time
 */
export function firstEndingAfter(ops, row, time) {
  let low = ops.offsets[row] ?? 0;
  let high = ops.offsets[row + 1] ?? low;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {number} */ (ops.ends[middle]) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * How its colours are shaded: by chunk, or by direction.
 * @param {ScheduleData} schedule
 * @param {number} stage
 * @param {number} microbatch
 */
export function shadeOf(schedule, stage, microbatch) {
  if (microbatch >= schedule.secondReplicaFrom) return schedule.secondShade;
  return /** @type {number} */ (schedule.shades[stage]);
}

/**
 * 0 for an empty list.
 * @param {number[]} numbers
 */
export function largestOf(numbers) {
  return numbers.reduce((largest, number) => Math.max(largest, number), 0);
}

/**
 * A time as people write it, of 9 significant digits at most.
 * @param {Plan} plan
 * @param {number} ticks
 */
export function formatTime(plan, ticks) {
  return String(Number((ticks * plan.data.tick).toPrecision(9)));
}

/**
 * @param {Plan} plan
 * @param {number} amount
 */
export function formatMemory(plan, amount) {
  if (plan.data.memoryIn === "activations") return `${amount} activations`;
  let bytes = amount;
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (bytes >= 1024 && unit + 1 < units.length) {
    bytes /= 1024;
    ++unit;
  }
  return `${Number(bytes.toPrecision(4))} ${units[unit]}`;
}
