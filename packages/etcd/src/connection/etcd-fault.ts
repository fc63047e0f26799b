import { Code, ConnectError } from "@connectrpc/connect";

/** What a failed call is a sign of.
 * - `connection`: this member is of no use now: gone, hung, without a quorum;
 * - `login`: the login is not valid any more, a new one may be;
 * - `refused`: this user may not do this;
 * - `history`: the revision asked for is not there: compacted, or of another life of the registry;
 * - `request`: the member works and does not do this: a lease that is gone, no space left. */
export type EtcdFault = "connection" | "login" | "refused" | "history" | "request";

const LOGIN_WORDS = ["invalid auth token", "revision of auth store", "user name is empty", "user name not found"];
const FAULTS: Partial<Readonly<Record<Code, EtcdFault>>> = {
  [Code.PermissionDenied]: "refused",
  [Code.Unauthenticated]: "login",
  [Code.OutOfRange]: "history",
  [Code.NotFound]: "request",
  [Code.ResourceExhausted]: "request",
  [Code.FailedPrecondition]: "request",
};

/** What HTTP/2 says where a member has gone. */
const CLOSED = /^http\/2 stream closed with error code .*|^The session has been destroyed.*|^received GOAWAY.*/;

/** A call that etcd has not done, in words for people. */
export class EtcdError extends Error {
  override readonly name: string = "EtcdError";
  readonly fault: EtcdFault;

  constructor(message: string, fault: EtcdFault, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** Anything a call may throw, as an EtcdError: `what` completes "etcd at <host> did not …". */
export function etcdError(error: unknown, host: string, what: string): EtcdError {
  if (error instanceof EtcdError) return error;
  const options = { cause: error };
  if (!(error instanceof ConnectError))
    return new EtcdError(`etcd at ${host}: ${messageOf(error)}`, "connection", options);
  const words = error.rawMessage.replace(/^etcdserver: /, "").replace(CLOSED, "it has closed the connection");
  if (error.code === Code.DeadlineExceeded && !error.rawMessage.startsWith("etcdserver")) {
    return new EtcdError(`etcd at ${host} did not ${what} in time`, "connection", options);
  }
  const fault = LOGIN_WORDS.some((login) => words.includes(login)) ? "login" : (FAULTS[error.code] ?? "connection");
  const message = `etcd at ${host} did not ${what}: ${words}`;
  return new EtcdError(`${message}${hint(message, error.cause)}`, fault, options);
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/permission denied/, "; grant the user's role this range of keys"],
  [/user name is empty/, "; it asks for a user: set username and password_file"],
  [/authentication failed/, "; look at username and password_file"],
  [
    /self[- ]signed|unable to (get|verify)|UNABLE_TO|SELF_SIGNED/,
    "; tls.ca_file must hold the certificate that signed the member's",
  ],
  [/altnames|ALTNAME/, "; tls.server_name can name the one in its certificate"],
  [
    /wrong version number|packet length too long|WRONG_VERSION|before secure TLS/,
    "; it may speak plain HTTP: leave out tls and https://",
  ],
  [
    /(answer|in): (it has closed|.*(Protocol error|ECONNRESET|socket hang up))/,
    "; it may want TLS, or speak plain HTTP where tls is set, or want a certificate of this host",
  ],
  [
    /certificate required|bad certificate|unknown ca/i,
    "; it asks for a certificate: set tls.cert_file and tls.key_file",
  ],
];

function hint(message: string, cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code;
  const text = typeof code === "string" ? `${message} ${code}` : message;
  return HINTS.find(([pattern]) => pattern.test(text))?.[1] ?? "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
