import { pause } from "@lighthouse-sd/plugin-kit";
import type { Session } from "../session/session.js";
import { ConnectionLost } from "../wire/zookeeper-error.js";
import { removeOwn } from "./node-registration.js";

/** A stop does not wait longer for a registry that does not answer. */
const LIMIT_MS = 2500;

/** Removes the znode where it is ours. Rejects, after a limited time, with what becomes of it. */
export async function withdraw(session: Session, path: string): Promise<void> {
  const limit = new AbortController();
  const failure = await Promise.race([
    removeWhenConnected(session, path, limit.signal),
    pause(LIMIT_MS, limit.signal).then(() => `ZooKeeper does not answer within ${LIMIT_MS} ms`),
  ]);
  limit.abort();
  if (failure === undefined) return;
  const seconds = session.state.timeoutMs / 1000;
  throw new Error(
    `cannot withdraw ${path}: ${failure}; it goes when ZooKeeper answers again, or when the session ends, ${seconds} s after this process`,
  );
}

/** Why it failed; undefined where it did not. */
async function removeWhenConnected(session: Session, path: string, signal: AbortSignal): Promise<string | undefined> {
  while (!signal.aborted) {
    try {
      await connected(session, signal);
      await removeOwn(session, path);
      return undefined;
    } catch (error) {
      if (!(error instanceof ConnectionLost)) return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}

/** Resolves when there is a connection, or when `signal` aborts. */
async function connected(session: Session, signal: AbortSignal): Promise<void> {
  const up = new AbortController();
  const end = (): void => up.abort();
  signal.addEventListener("abort", end, { once: true });
  const stopListening = session.listen({ up: end, down: () => undefined });
  await pause(Number.POSITIVE_INFINITY, up.signal);
  stopListening();
  signal.removeEventListener("abort", end);
}
