import { type DescMessage, type MessageShape, fromBinary } from "@bufbuild/protobuf";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import { type ServiceError, status } from "@grpc/grpc-js";

import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
  StatusSchema,
} from "./gen/google/rpc/status_pb.js";

/** One field of a request that is wrong. */
export interface Violation {
  /** Its path. */
  field: string;
  /** Its value and what is allowed. */
  description: string;
}

/** What an error says besides its message. */
export interface ErrorDetails {
  /** gRPC's code. */
  code: status;
  /** The daemon's stable name, as the contract lists them; "" if it does not come from the daemon. */
  reason: string;
  /** The values that the message names. */
  metadata: Record<string, string>;
  /** All fields that are wrong. */
  violations: Violation[];
  /** Least time to wait before a retry, if the daemon said so. */
  retryDelayMs: number | undefined;
}

/** A call failed. `cause` is gRPC's error, or the reason of an AbortSignal. */
export class PipeschedError extends Error implements ErrorDetails {
  readonly code: status;
  readonly reason: string;
  readonly metadata: Record<string, string>;
  readonly violations: Violation[];
  readonly retryDelayMs: number | undefined;

  constructor(message: string, details: Partial<ErrorDetails>, cause?: unknown) {
    super(message, { cause });
    this.name = new.target.name;
    this.code = details.code ?? status.UNKNOWN;
    this.reason = details.reason ?? "";
    this.metadata = details.metadata ?? {};
    this.violations = details.violations ?? [];
    this.retryDelayMs = details.retryDelayMs;
  }
}

/** The request is wrong; `violations` says where. */
export class InvalidRequestError extends PipeschedError {}

/** The request or its result is larger than the server allows. */
export class LimitExceededError extends InvalidRequestError {}

/** The server has too much to do; try again after `retryDelayMs`. */
export class OverloadedError extends PipeschedError {}

/** No server answers, or it is stopping; also after the retries. */
export class UnavailableError extends PipeschedError {}

/** The call took longer than its timeout. */
export class DeadlineError extends PipeschedError {}

/** The call was cancelled. */
export class CancelledError extends PipeschedError {}

/** The server does not serve this caller: its token or its certificate. */
export class NotAllowedError extends PipeschedError {}

/** The server wants a bearer token that it knows: `token` of the client's options. */
export class UnauthenticatedError extends NotAllowedError {}

/** The server has no such method: it is older than this client. */
export class UnsupportedError extends PipeschedError {}

/** A defect of the server. */
export class InternalError extends PipeschedError {}

/** The server's answer contradicts itself: columns of different lengths, say. */
export class BrokenResponseError extends PipeschedError {
  constructor(what: string) {
    super(`broken timeline from the server: ${what}`, { code: status.DATA_LOSS });
  }
}

const BY_REASON: Record<string, typeof PipeschedError> = {
  INVALID_REQUEST: InvalidRequestError,
  LIMIT_EXCEEDED: LimitExceededError,
  NO_ORDER_FITS: InvalidRequestError,
  OVERLOADED: OverloadedError,
  DRAINING: UnavailableError,
  DEADLINE_EXCEEDED: DeadlineError,
  CANCELLED: CancelledError,
  UNAUTHENTICATED: UnauthenticatedError,
  PEER_NOT_ALLOWED: NotAllowedError,
  UNKNOWN_METHOD: UnsupportedError,
  INTERNAL: InternalError,
};

// For errors that gRPC makes itself, and for reasons that are newer than this client.
const BY_CODE: Partial<Record<status, typeof PipeschedError>> = {
  [status.INVALID_ARGUMENT]: InvalidRequestError,
  [status.FAILED_PRECONDITION]: InvalidRequestError,
  [status.OUT_OF_RANGE]: InvalidRequestError,
  [status.RESOURCE_EXHAUSTED]: OverloadedError,
  [status.UNAVAILABLE]: UnavailableError,
  [status.DEADLINE_EXCEEDED]: DeadlineError,
  [status.CANCELLED]: CancelledError,
  [status.UNAUTHENTICATED]: UnauthenticatedError,
  [status.PERMISSION_DENIED]: NotAllowedError,
  [status.UNIMPLEMENTED]: UnsupportedError,
  [status.INTERNAL]: InternalError,
  [status.UNKNOWN]: InternalError,
};

/** The typed error of one of gRPC's; `signal` is that of the call. */
export function fromServiceError(error: ServiceError, signal?: AbortSignal): PipeschedError {
  const details = parseDetails(error);
  const kind = BY_REASON[details.reason ?? ""] ?? BY_CODE[error.code] ?? PipeschedError;
  const cause = kind === CancelledError && signal?.aborted ? signal.reason : error;
  return new kind(error.details, { ...details, code: error.code }, cause);
}

/** What the grpc-status-details-bin trailer says; nothing if it is broken. */
function parseDetails(error: ServiceError): Partial<ErrorDetails> {
  const details: Partial<ErrorDetails> = {};
  const trailer = error.metadata?.get("grpc-status-details-bin")[0];
  if (!(trailer instanceof Uint8Array)) return details;
  try {
    for (const any of fromBinary(StatusSchema, trailer).details) addDetail(any, details);
  } catch {
    return {};
  }
  return details;
}

function addDetail(any: Any, details: Partial<ErrorDetails>): void {
  const read = <D extends DescMessage>(schema: D): MessageShape<D> | undefined =>
    anyUnpack(any, schema);
  const info = read(ErrorInfoSchema);
  if (info) {
    details.reason = info.reason;
    details.metadata = info.metadata;
  }
  const badRequest = read(BadRequestSchema);
  if (badRequest) {
    details.violations = badRequest.fieldViolations.map(({ field, description }) => ({
      field,
      description,
    }));
  }
  const delay = read(RetryInfoSchema)?.retryDelay;
  if (delay) details.retryDelayMs = Number(delay.seconds) * 1000 + delay.nanos / 1e6;
}
