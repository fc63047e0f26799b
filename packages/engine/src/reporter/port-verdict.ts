import type { CheckHealth } from "./check-health.js";

/** Whether one port of a service is fit to serve. */
export interface PortVerdict {
  /** `starting`: its checks have not decided yet. */
  readonly state: "starting" | "up" | "down";
  /** Since when `state` is what it is, Unix milliseconds. */
  readonly since: number;
  /** Of a port that is not up: what its checks say; null: nothing yet. */
  readonly reason: string | null;
}

/** The verdict that the checks of a port come to, by their names: up when all pass, down when one fails. While some have
 * not decided and none fails, what held before goes on. The same object as `before` where nothing has changed. */
export function portVerdict(before: PortVerdict, checks: ReadonlyMap<string, CheckHealth>, now: number): PortVerdict {
  const healths = [...checks.values()];
  const fails = healths.some(({ passing }) => passing === false);
  const state = fails ? "down" : healths.every(({ passing }) => passing === true) ? "up" : before.state;
  const reason = state === "up" ? null : complaints(checks);
  if (state === before.state && reason === before.reason) return before;
  return { state, since: state === before.state ? before.since : now, reason };
}

function complaints(checks: ReadonlyMap<string, CheckHealth>): string | null {
  const said = [...checks].flatMap(([name, { last }]) =>
    last?.reason == null ? [] : [`check ${name}: ${last.reason}`],
  );
  return said.length === 0 ? null : said.join("; ");
}
