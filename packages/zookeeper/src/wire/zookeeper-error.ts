/** What the server answers to a request that it does not fulfil. */
export type ZooKeeperErrorCode = (typeof CODES)[keyof typeof CODES] | "UNKNOWN";

const CODES = {
  [-1]: "SYSTEM_ERROR",
  [-2]: "RUNTIME_INCONSISTENCY",
  [-4]: "CONNECTION_LOSS",
  [-5]: "MARSHALLING_ERROR",
  [-6]: "UNIMPLEMENTED",
  [-7]: "OPERATION_TIMEOUT",
  [-8]: "BAD_ARGUMENTS",
  [-100]: "API_ERROR",
  [-101]: "NO_NODE",
  [-102]: "NO_AUTH",
  [-103]: "BAD_VERSION",
  [-108]: "NO_CHILDREN_FOR_EPHEMERALS",
  [-110]: "NODE_EXISTS",
  [-111]: "NOT_EMPTY",
  [-112]: "SESSION_EXPIRED",
  [-113]: "INVALID_CALLBACK",
  [-114]: "INVALID_ACL",
  [-115]: "AUTH_FAILED",
  [-118]: "SESSION_MOVED",
  [-119]: "NOT_READ_ONLY",
  [-124]: "AUTHENTICATION_REQUIRED",
  [-125]: "QUOTA_EXCEEDED",
  [-127]: "THROTTLED",
} as const;

/** Errors that say something of the session or the server, not of the request: the connection is of no use any more. */
const OF_CONNECTION: ReadonlySet<ZooKeeperErrorCode> = new Set([
  "CONNECTION_LOSS",
  "SESSION_EXPIRED",
  "SESSION_MOVED",
  "AUTH_FAILED",
  "AUTHENTICATION_REQUIRED",
]);

const HINTS: Partial<Readonly<Record<ZooKeeperErrorCode, string>>> = {
  NO_AUTH: " (not permitted: check username and password_file, and the ACL of the znode)",
  AUTHENTICATION_REQUIRED: " (the servers take no client without credentials: set username and password_file)",
  QUOTA_EXCEEDED: " (a quota is set on the path or on one above it)",
};

/** A request that the server has refused. */
export class ZooKeeperError extends Error {
  override readonly name: string = "ZooKeeperError";
  readonly code: ZooKeeperErrorCode;

  constructor(number: number, what: string) {
    const code = codeOf(number);
    super(`${what}: ${code === "UNKNOWN" ? `error ${number}` : `${code}${HINTS[code] ?? ""}`}`);
    this.code = code;
  }

  /** Whether nothing can be asked over this connection any more. */
  get endsConnection(): boolean {
    return OF_CONNECTION.has(this.code);
  }
}

/** There is no connection, or it ended before the answer came: what was asked for may have been done or not. */
export class ConnectionLost extends Error {
  override readonly name: string = "ConnectionLost";
}

/** What was received is not what a ZooKeeper sends. */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
}

/** Whether the server has answered with this error. */
export function isRefusal(error: unknown, ...codes: readonly ZooKeeperErrorCode[]): boolean {
  return error instanceof ZooKeeperError && codes.includes(error.code);
}

function codeOf(number: number): ZooKeeperErrorCode {
  return (CODES as Readonly<Record<number, ZooKeeperErrorCode>>)[number] ?? "UNKNOWN";
}
