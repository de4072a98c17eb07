import { setTimeout } from "node:timers/promises";

import { type ServiceError, status } from "@grpc/grpc-js";

// Retries of calls that an overloaded server refused, when it says to. gRPC's own
// retries, of UNAVAILABLE, are in the service config: for RESOURCE_EXHAUSTED they
// would not wait to be told.

const MAX_ATTEMPTS = 5;
const JITTER = 0.2; // a wait is longer than told by up to this share

/**
 * Makes attempts until one is not refused with a pushback, or none may follow, or the
 * next would start after the deadline. A signal ends the wait; the attempt that follows it must fail.
 */
export async function retry<T>(
  deadline: number,
  mayRetry: () => boolean,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      const wait = pushback(error as ServiceError);
      if (wait === undefined || made === MAX_ATTEMPTS || !mayRetry()) throw error;
      if (Date.now() + wait >= deadline) throw error;
      await setTimeout(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Milliseconds to wait before the next attempt; undefined: there is to be none. */
function pushback(error: ServiceError): number | undefined {
  const told = error.metadata?.get("grpc-retry-pushback-ms")[0];
  if (error.code !== status.RESOURCE_EXHAUSTED || !/^\d+$/.test(String(told))) return undefined;
  return Number(told) * (1 + JITTER * Math.random());
}
