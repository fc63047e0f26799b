/** Why a check failed, in words for operators: whom it asked, what was wanted, what was found. */
export class CheckFailure extends Error {
  override readonly name: string = "CheckFailure";

  /** `who`: `redis 10.0.0.5:6379`. */
  constructor(who: string, what: string, cause?: unknown) {
    super(`${who}: ${what}`, cause === undefined ? undefined : { cause });
  }
}

/** Runs `work`, and settles when `signal` aborts even where `work` does not: nothing that the system keeps waiting (a name
 * being looked up, a file on a network drive) outlasts the deadline. `doing` tells how far it got. */
export async function untilDeadline<T>(
  who: string,
  doing: () => string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new CheckFailure(who, `its time was up while ${doing()}`, signal.reason));
  });
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([aborted, work()]);
  } catch (error) {
    if (error instanceof CheckFailure) throw error;
    throw new CheckFailure(who, `${errorWords(error)} while ${doing()}`, error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused (nothing listens there)",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "no answer from that host",
  EHOSTUNREACH: "no route to that host",
  ENETUNREACH: "no route to that network",
  ENOTFOUND: "that host name does not exist",
  EPROTO: "no TLS is spoken there, or no version of it that both know",
  EAI_AGAIN: "that host name cannot be resolved now",
};

function errorWords(error: unknown): string {
  const first = error instanceof AggregateError && error.message === "" ? error.errors[0] : error;
  const { code, message } = (first ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const words = WORDS[String(code)];
  if (words !== undefined) return words;
  return typeof message === "string" && message !== "" ? message : String(code ?? first);
}
