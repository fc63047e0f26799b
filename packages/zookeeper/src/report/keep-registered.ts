import type { Logger, Registration } from "@lighthouse-sd/core";
import { backOffMs, pause } from "@lighthouse-sd/plugin-kit";
import type { Session } from "../session/session.js";
import { Wake } from "../watch/wake.js";
import { ConnectionLost } from "../wire/zookeeper-error.js";
import { NodeRegistration, type ReportedNode } from "./node-registration.js";

/** What keeping a node registered needs. */
export interface Report {
  readonly session: Session;
  readonly node: ReportedNode;
  readonly registration: Registration;
  readonly log: Logger;
  /** From 0 to 1, for spreading retries. */
  random(): number;
}

const RETRY = { firstMs: 500, capMs: 30_000 } as const;
/** Between two looks at a znode that others change all the time. */
const PACE_MS = 200;

/** Keeps the node registered until `signal` aborts. Withdraws nothing. */
export async function keepRegistered(report: Report, signal: AbortSignal): Promise<void> {
  const { session, node, registration, log } = report;
  const wake = new Wake();
  const znode = new NodeRegistration(session, node, log, () => wake.up());
  const stopListening = session.listen({ up: () => wake.up(), down: (reason) => registration.lost(reason) });
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  try {
    for (let failures = 0; !signal.aborted; ) {
      const failure = await Promise.race([failureOf(session, znode, signal), aborted]);
      if (signal.aborted) return;
      if (failure === undefined) {
        failures = 0;
        registration.registered();
        await pause(PACE_MS, signal);
        await wake.wait(signal, Number.POSITIVE_INFINITY);
      } else if (failure instanceof ConnectionLost) {
        await wake.wait(signal, Number.POSITIVE_INFINITY);
      } else {
        failures += 1;
        registration.lost(failure);
        await wake.wait(signal, backOffMs(failures, report.random(), RETRY));
      }
    }
  } finally {
    stopListening();
    znode.end();
  }
}

async function failureOf(session: Session, znode: NodeRegistration, signal: AbortSignal): Promise<unknown> {
  if (!session.connected) return new ConnectionLost("not connected");
  try {
    await znode.put(signal);
    return undefined;
  } catch (error) {
    return error ?? new Error("failed without a reason");
  }
}
