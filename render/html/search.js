// Finds ops by what a person types.
import { KIND_LETTERS, rankOf } from "./plan.js";

/** @typedef {import("./plan.js").Plan} Plan */

/** What the search box accepts, for the person who asks. */
export const SEARCH_HELP = 'An op as in the order text ("3F7"), "F7", "mb 7", "stage 3", "rank 2".';

/**
 * Says of each op whether it is what was asked for; null if the text asks for nothing.
 * @param {string} text
 * @returns {((plan: Plan, op: number) => boolean) | null}
 */
export function parseSearch(text) {
  const name = /^(\d+)?\s*([FBIW])\s*(\d+)?$/i.exec(text.trim());
  if (name !== null) {
    const kind = KIND_LETTERS.indexOf((name[2] ?? "").toUpperCase());
    const stage = name[1] === undefined ? -1 : Number(name[1]);
    const microbatch = name[3] === undefined ? -1 : Number(name[3]);
    return ({ ops }, op) =>
      ops.kinds[op] === kind &&
      (stage < 0 || ops.stages[op] === stage) &&
      (microbatch < 0 || ops.microbatches[op] === microbatch);
  }
  const field = /^(mb|microbatch|stage|rank)?\s*(\d+)$/i.exec(text.trim());
  if (field === null) return null;
  const value = Number(field[2]);
  switch ((field[1] ?? "mb").toLowerCase()) {
    case "stage":
      return ({ ops }, op) => ops.stages[op] === value;
    case "rank":
      return (plan, op) => rankOf(plan, op) === value;
    default:
      return ({ ops }, op) => ops.microbatches[op] === value;
  }
}

/**
 * The ops that a text asks for, by start, then by rank.
 * @param {Plan} plan
 * @param {string} text
 * @returns {number[]}
 */
export function findOps(plan, text) {
  const matches = parseSearch(text);
  if (matches === null) return [];
  const { ops } = plan;
  const found = [];
  for (let op = 0; op < ops.kinds.length; ++op) {
    if (matches(plan, op)) found.push(op);
  }
  return found.sort((a, b) => (ops.starts[a] ?? 0) - (ops.starts[b] ?? 0) || a - b);
}
