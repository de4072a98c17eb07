import { BrokenResponseError } from "./errors.js";
import type { Metrics, Note } from "./gen/pipesched/v1/metrics_pb.js";
import type { PipelineShape } from "./gen/pipesched/v1/pipeline_pb.js";
import { OpKind, type Timeline as TimelineMessage } from "./gen/pipesched/v1/timeline_pb.js";

/** A schedule: its digests, what it costs, and its ops if they were asked for. */
export interface Plan {
  /** Equal for the same plan, whatever the view, ranks or labels. */
  digest: string;
  /** SHA-256 of the order text. */
  orderDigest: string;
  metrics: Metrics | undefined;
  notes: Note[];
  /** The sizes of the pipeline, all resolved. */
  shape: PipelineShape | undefined;
  /** undefined in View.SUMMARY. */
  timeline: Timeline | undefined;
}

/** One op of a timeline. Times are in the caller's unit. */
export interface Op {
  rank: number;
  kind: OpKind;
  stage: number;
  microbatch: number;
  start: number;
  end: number;
  /** Half of a fused pair. */
  fused: boolean;
  /** On the critical path. */
  critical: boolean;
  /** What the rank holds while it runs; undefined if no bytes were given. */
  heldBytes: bigint | undefined;
}

/** An op as in order text and PyTorch's files, for example "0F3". */
export function token(op: Op): string {
  return `${op.stage}${"?FBIW"[op.kind]}${op.microbatch}`;
}

/**
 * The ops of the ranks that were asked for, rank by rank, each rank's in the order in
 * which it runs them. `columns` is as the contract describes it.
 */
export class Timeline implements Iterable<Op> {
  /** The columns must have passed checkTimeline. */
  constructor(readonly columns: TimelineMessage) {}

  /** Ranks of the pipeline; those not asked for have no ops. */
  get numRanks(): number {
    return this.columns.rankOffsets.length - 1;
  }

  /** Ops. */
  get length(): number {
    return this.columns.kinds.length;
  }

  *[Symbol.iterator](): Generator<Op> {
    for (let rank = 0; rank < this.numRanks; ++rank) yield* this.ops(rank);
  }

  /** The ops of one rank; RangeError if there is no such rank. */
  *ops(rank: number): Generator<Op> {
    const { rankOffsets, kinds, stages, microbatches, starts, ends, fused, critical, heldBytes } =
      this.columns;
    const begin = rankOffsets[rank];
    const end = rankOffsets[rank + 1];
    if (begin === undefined || end === undefined) {
      throw new RangeError(`rank = ${rank}, want [0, ${this.numRanks - 1}]`);
    }
    for (let i = begin; i < end; ++i) {
      yield {
        rank,
        kind: kinds[i]!,
        stage: stages[i]!,
        microbatch: microbatches[i]!,
        start: starts[i]!,
        end: ends[i]!,
        fused: fused[i]!,
        critical: critical[i]!,
        heldBytes: heldBytes[i],
      };
    }
  }

  /** The ops of one rank as order text, a fused pair as one token, "(0F7;7B3)". */
  tokens(rank: number): string[] {
    const tokens: string[] = [];
    let half = ""; // of a fused pair
    for (const op of this.ops(rank)) {
      if (!op.fused) {
        tokens.push(token(op));
      } else if (half === "") {
        half = token(op);
      } else {
        tokens.push(`(${half};${token(op)})`);
        half = "";
      }
    }
    return tokens;
  }

  /** One line a rank, ops separated by spaces. */
  orderText(): string {
    let text = "";
    for (let rank = 0; rank < this.numRanks; ++rank) text += `${this.tokens(rank).join(" ")}\n`;
    return text;
  }
}

const COLUMNS = [
  "kinds",
  "stages",
  "microbatches",
  "starts",
  "ends",
  "fused",
  "critical",
] as const;

/**
 * Throws BrokenResponseError if the columns contradict each other or the sizes of the
 * pipeline.
 */
export function checkTimeline(columns: TimelineMessage, shape: PipelineShape): void {
  const numOps = checkOffsets(columns.rankOffsets, shape.numRanks);
  for (const name of COLUMNS) {
    const size = columns[name].length;
    if (size !== numOps) {
      throw new BrokenResponseError(`${name} has ${size} ops, rank_offsets end at ${numOps}`);
    }
  }
  const held = columns.heldBytes.length;
  if (held !== 0 && held !== numOps) {
    throw new BrokenResponseError(`held_bytes has ${held} ops, rank_offsets end at ${numOps}`);
  }
  checkRange("kinds", columns.kinds, OpKind.FORWARD, OpKind.BACKWARD_WEIGHT);
  checkRange("stages", columns.stages, 0, shape.numStages - 1);
  checkRange("microbatches", columns.microbatches, 0, shape.numMicrobatches - 1);
}

/** Returns the last offset: how many ops there are. */
function checkOffsets(offsets: number[], numRanks: number): number {
  if (offsets.length !== numRanks + 1) {
    throw new BrokenResponseError(`${offsets.length} rank_offsets, want ${numRanks + 1}`);
  }
  let last = 0;
  offsets.forEach((offset, i) => {
    if (offset < last || (i === 0 && offset !== 0)) {
      throw new BrokenResponseError(`rank_offsets[${i}] is ${offset} after ${last}`);
    }
    last = offset;
  });
  return last;
}

function checkRange(name: string, column: number[], low: number, high: number): void {
  for (const value of column) {
    if (value < low || value > high) {
      throw new BrokenResponseError(`${name} has ${value}, want [${low}, ${high}]`);
    }
  }
}
