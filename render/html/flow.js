// What ops wait for (design: engine/sim/data_flow.h), and what ranks hold in memory.
import {
  BACKWARD,
  BACKWARD_INPUT,
  BACKWARD_WEIGHT,
  FORWARD,
  partnerOf,
  scheduleOf,
  scheduleOfRow,
} from "./plan.js";

/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./plan.js").ScheduleData} ScheduleData */

/** Finds ops by what they do. */
export class Flow {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    // Of each schedule, the op that made the activation or the gradient, or used it for
    // weights, by stage * microbatches + microbatch.
    this.tables = plan.data.schedules.map(({ stages, microbatches }) => ({
      forwards: new Int32Array(stages * microbatches).fill(-1),
      gradients: new Int32Array(stages * microbatches).fill(-1),
      weights: new Int32Array(stages * microbatches).fill(-1),
    }));
    const { ops, data } = plan;
    for (let i = 0; i < ops.kinds.length; ++i) {
      const schedule = this.#scheduleAt(i);
      const table = this.#tableOf(schedule, ops.kinds[i] ?? 0);
      const microbatches = data.schedules[schedule]?.microbatches ?? 0;
      table[(ops.stages[i] ?? 0) * microbatches + (ops.microbatches[i] ?? 0)] = i;
    }
  }

  /** @param {number} op */
  #scheduleAt(op) {
    return this.plan.rows[this.plan.ops.rows[op] ?? 0]?.schedule ?? 0;
  }

  /**
   * @param {number} schedule
   * @param {number} kind
   */
  #tableOf(schedule, kind) {
    const tables = /** @type {(typeof this.tables)[number]} */ (this.tables[schedule]);
    if (kind === FORWARD) return tables.forwards;
    return kind === BACKWARD_WEIGHT ? tables.weights : tables.gradients;
  }

  /**
   * The op of a schedule that makes what ops of a kind make; -1 if there is none.
   * @param {number} schedule
   * @param {number} kind
   * @param {number} stage
   * @param {number} microbatch
   */
  #find(schedule, kind, stage, microbatch) {
    const { stages, microbatches } = /** @type {ScheduleData} */ (this.plan.data.schedules[schedule]);
    if (stage < 0 || stage >= stages) return -1;
    return this.#tableOf(schedule, kind)[stage * microbatches + microbatch] ?? -1;
  }

  /**
   * Ops whose output an op needs itself, without its partner's.
   * @param {number} op
   */
  #sources(op) {
    const { ops } = this.plan;
    const stage = ops.stages[op] ?? 0;
    const microbatch = ops.microbatches[op] ?? 0;
    const schedule = this.#scheduleAt(op);
    const found = [];
    switch (ops.kinds[op]) {
      case FORWARD:
        found.push(this.#find(schedule, FORWARD, stage - 1, microbatch));
        break;
      case BACKWARD:
      case BACKWARD_INPUT:
        found.push(this.#find(schedule, FORWARD, stage, microbatch));
        found.push(this.#find(schedule, BACKWARD, stage + 1, microbatch));
        break;
      case BACKWARD_WEIGHT:
        found.push(this.#find(schedule, BACKWARD, stage, microbatch));
        break;
    }
    return found.filter((source) => source >= 0);
  }

  /**
   * When an op's output can be used by another.
   * @param {number} source
   * @param {number} user
   */
  #arrival(source, user) {
    const { ops } = this.plan;
    const data = scheduleOf(this.plan, user);
    const end = ops.ends[source] ?? 0;
    if (ops.rows[source] === ops.rows[user]) return end;
    const from = ops.stages[source] ?? 0;
    const to = ops.stages[user] ?? 0;
    const transfer = (from < to ? data.p2pForward[from] : data.p2pBackward[to]) ?? 0;
    return end + transfer * data.stretch;
  }

  /**
   * What an op, or the fused pair that it is part of, had to wait for: its inputs,
   * and the op before it on its rank, with the time at which each let it start.
   * @param {number} op
   * @returns {{op: number, ready: number}[]}
   */
  inputs(op) {
    const { ops } = this.plan;
    const partner = partnerOf(ops, op);
    const block = partner < 0 ? [op] : [Math.min(op, partner), Math.max(op, partner)];
    const inputs = block.flatMap((part) =>
      this.#sources(part).map((source) => ({ op: source, ready: this.#arrival(source, part) })),
    );
    const before = (block[0] ?? 0) - 1;
    const isFirst = before < (ops.offsets[ops.rows[op] ?? 0] ?? 0);
    if (!isFirst && !inputs.some((input) => input.op === before)) {
      inputs.push({ op: before, ready: ops.ends[before] ?? 0 });
    }
    return inputs;
  }

  /**
   * The inputs that came last, and so decided when an op started.
   * @param {number} op
   */
  waitedFor(op) {
    const inputs = this.inputs(op);
    const last = Math.max(0, ...inputs.map((input) => input.ready));
    return inputs.filter((input) => input.ready === last);
  }

  /**
   * Ops that need the output of an op.
   * @param {number} op
   */
  users(op) {
    const { ops } = this.plan;
    const stage = ops.stages[op] ?? 0;
    const microbatch = ops.microbatches[op] ?? 0;
    const schedule = this.#scheduleAt(op);
    switch (ops.kinds[op]) {
      case FORWARD:
        return [
          this.#find(schedule, FORWARD, stage + 1, microbatch),
          this.#find(schedule, BACKWARD, stage, microbatch),
        ].filter((user) => user >= 0);
      case BACKWARD:
      case BACKWARD_INPUT:
        return [
          this.#find(schedule, BACKWARD, stage - 1, microbatch),
          this.#find(schedule, BACKWARD_WEIGHT, stage, microbatch),
        ].filter((user) => user >= 0);
      default:
        return [];
    }
  }

  /**
   * The ops of an op's microbatch in the order of its way: forwards up, backwards down,
   * then the backwards for weights.
   * @param {number} op
   */
  path(op) {
    const schedule = this.#scheduleAt(op);
    const { stages } = scheduleOf(this.plan, op);
    const microbatch = this.plan.ops.microbatches[op] ?? 0;
    const path = [];
    for (let s = 0; s < stages; ++s) path.push(this.#find(schedule, FORWARD, s, microbatch));
    for (let s = stages - 1; s >= 0; --s) path.push(this.#find(schedule, BACKWARD, s, microbatch));
    for (let s = stages - 1; s >= 0; --s) path.push(this.#find(schedule, BACKWARD_WEIGHT, s, microbatch));
    return path.filter((op) => op >= 0);
  }
}

/**
 * What each rank holds: while op i runs, and after it.
 * @typedef {{during: Float64Array, after: Float64Array, most: number}} Memory
 */

/**
 * A forward takes its stage's activation bytes when it starts. The backward for inputs
 * releases all but what the backward for weights needs, which releases that; a full
 * backward releases all; each when it ends.
 * @param {Plan} plan
 * @returns {Memory}
 */
export function followMemory(plan) {
  const { ops } = plan;
  const during = new Float64Array(ops.kinds.length);
  const after = new Float64Array(ops.kinds.length);
  let most = 0;
  for (let row = 0; row < plan.rows.length; ++row) {
    const data = scheduleOfRow(plan, row);
    let held = data.staticBytes[plan.rows[row]?.rank ?? 0] ?? 0;
    most = Math.max(most, held);
    for (let i = ops.offsets[row] ?? 0; i < (ops.offsets[row + 1] ?? 0); ++i) {
      const stage = ops.stages[i] ?? 0;
      const taken = data.taken[stage] ?? 0;
      const kept = data.kept[stage] ?? 0;
      const kind = ops.kinds[i];
      if (kind === FORWARD) held += taken;
      during[i] = held;
      most = Math.max(most, held);
      if (kind === BACKWARD) held -= taken;
      if (kind === BACKWARD_INPUT) held -= taken - kept;
      if (kind === BACKWARD_WEIGHT) held -= kept;
      after[i] = held;
    }
  }
  return { during, after, most };
}
