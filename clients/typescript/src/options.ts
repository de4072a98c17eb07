import { readFileSync } from "node:fs";

import { type ChannelOptions, type ChannelCredentials, credentials } from "@grpc/grpc-js";

export const VERSION = "0.1.0";

const DEFAULT_TARGET = "127.0.0.1:50551";
const MAX_RECEIVE_BYTES = 64 << 20;

/** Longest time of a call, retries included, where none is given. */
export const DEFAULT_TIMEOUT_MS = 30_000;

// Every call is a pure function of its request, so all may be tried again; for
// RESOURCE_EXHAUSTED see retry.ts.
const SERVICE_CONFIG = {
  methodConfig: [
    {
      name: [{ service: "pipesched.v1.ScheduleService" }],
      retryPolicy: {
        maxAttempts: 5,
        initialBackoff: "0.1s",
        maxBackoff: "2s",
        backoffMultiplier: 2,
        retryableStatusCodes: ["UNAVAILABLE"],
      },
    },
  ],
  retryThrottling: { maxTokens: 10, tokenRatio: 0.1 },
  // A name of several addresses is several daemons, whose answers are equal.
  loadBalancingConfig: [{ round_robin: {} }],
};

/** Transport security; each file is PEM. */
export interface Tls {
  /** Certificates that the server's must come from; unset: those of Node.js. */
  caFile?: string;
  /** What the client shows (mTLS); both or none. */
  certFile?: string;
  keyFile?: string;
  /** Name to expect in the server's certificate; unset: the target's. */
  serverName?: string;
}

/** A bearer token, or a function that is asked for it at every call. */
export type Token = string | (() => string | Promise<string>);

export interface ClientOptions {
  /**
   * "host:port", "dns:///host:port" or "unix:/path"; unset: PIPESCHED_SERVER of the
   * environment, else 127.0.0.1:50551.
   */
  target?: string;
  /** Unset: no transport security. */
  tls?: Tls;
  /** Needs tls or a Unix socket. */
  token?: Token;
  /** Longest time of a call, retries included; unset: 30 s. */
  timeoutMs?: number;
}

/** How one call is made. */
export interface CallOptions {
  /** Longest time, retries included; unset: the client's. */
  timeoutMs?: number;
  /** Ends the call, which then rejects with CancelledError. */
  signal?: AbortSignal;
}

/** The target of the options, checked against them. */
export function resolveTarget(options: ClientOptions): string {
  const target = options.target || process.env.PIPESCHED_SERVER || DEFAULT_TARGET;
  if (options.token !== undefined && options.tls === undefined && !target.startsWith("unix:")) {
    throw new TypeError(
      `token: needs tls, or a target unix:/path; got target "${target}" without`,
    );
  }
  return target;
}

/** The channel credentials; reads the files. */
export function channelCredentials(tls: Tls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    throw new TypeError("tls: certFile and keyFile go together, got one of them");
  }
  const read = (path: string | undefined) => (path === undefined ? null : readFileSync(path));
  return credentials.createSsl(read(tls.caFile), read(tls.keyFile), read(tls.certFile));
}

export function channelOptions(tls: Tls | undefined): ChannelOptions {
  return {
    "grpc.max_receive_message_length": MAX_RECEIVE_BYTES,
    "grpc.enable_http_proxy": 0,
    "grpc.service_config": JSON.stringify(SERVICE_CONFIG),
    "grpc.primary_user_agent": `pipesched-typescript/${VERSION}`,
    ...(tls?.serverName === undefined ? {} : { "grpc.ssl_target_name_override": tls.serverName }),
  };
}
