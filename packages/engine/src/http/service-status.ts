import { iso } from "../iso-time.js";
import type { CheckHealth } from "../reporter/check-health.js";
import type { PortRunState } from "../reporter/port-run.js";
import type { ServiceRunState } from "../reporter/service-run.js";

/** One service of this host, as /api/v1/status tells of it. Times are ISO 8601 in UTC. */
export interface ServiceStatus {
  readonly discovery: string;
  /** Since when an operator has it out of rotation; null: it is not. */
  readonly drainedSince: string | null;
  readonly ports: readonly PortStatus[];
}

/** One port of a service. */
export interface PortStatus {
  readonly port: number;
  readonly state: "starting" | "up" | "down";
  /** Since when `state` is what it is. */
  readonly since: string;
  /** Of a port that is not up: what its checks say; null: nothing yet. */
  readonly reason: string | null;
  /** The node that stands for it; null: it is not registered. */
  readonly node: string | null;
  readonly registration: {
    readonly state: "none" | "pending" | "registered" | "lost";
    readonly since: string;
    readonly error: string | null;
  };
  readonly checks: Readonly<Record<string, CheckStatus>>;
}

/** One check of a port. */
export interface CheckStatus {
  /** `unknown`: it has not decided yet. */
  readonly state: "unknown" | "passing" | "failing";
  readonly since: string;
  /** How many results like the last one came in a row. */
  readonly inARow: number;
  readonly lastResult: { readonly passed: boolean; readonly at: string; readonly reason: string | null } | null;
}

/** The state of a service as the status says it. Pure. */
export function serviceStatus({ discovery, drainedSince, ports }: ServiceRunState): ServiceStatus {
  return {
    discovery,
    drainedSince: drainedSince === null ? null : iso(drainedSince),
    ports: ports.map(portStatus),
  };
}

function portStatus({ port, verdict, node, registration, checks }: PortRunState): PortStatus {
  return {
    port,
    state: verdict.state,
    since: iso(verdict.since),
    reason: verdict.reason,
    node,
    registration: { state: registration.status, since: iso(registration.since), error: registration.error },
    checks: Object.fromEntries([...checks].map(([name, health]) => [name, checkStatus(health)])),
  };
}

function checkStatus({ passing, since, inARow, last }: CheckHealth): CheckStatus {
  return {
    state: passing === null ? "unknown" : passing ? "passing" : "failing",
    since: iso(since),
    inARow,
    lastResult: last === null ? null : { passed: last.passed, at: iso(last.at), reason: last.reason },
  };
}

/** What is to say of a service that is waited for, or not fit to serve: one line for each port. */
export function serviceNotes(services: readonly ServiceRunState[]): readonly string[] {
  return services.flatMap(({ name, ports }) => ports.flatMap((port) => portNote(name, port)));
}

function portNote(service: string, { port, verdict, registration }: PortRunState): readonly string[] {
  const who = `service ${service}: port ${port}`;
  const because = verdict.reason === null ? "" : `: ${verdict.reason}`;
  if (verdict.state === "starting") return [`${who}: its checks have not decided yet${because}`];
  if (verdict.state === "down") return [`${who} is down${because}`];
  if (registration.status === "registered") return [];
  const why = registration.error === null ? "" : `: ${registration.error}`;
  return [`${who} is up and not registered${why}`];
}
