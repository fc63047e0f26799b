import type { NodeReport } from "@lighthouse-sd/core";
import type { ServerHealth } from "./parse-health.js";

/** What the running HAProxy shows of each server, for people. Pure. */
export function nodeReports(servers: readonly ServerHealth[]): readonly NodeReport[] {
  const hasActive = servers.some((server) => !server.backup && takesWork(server));
  return servers.map((server) => {
    const waits = server.backup && hasActive;
    return {
      node: server.name,
      state: server.status,
      serving: takesWork(server) && !waits,
      detail: detailOf(server, waits),
    };
  });
}

function takesWork({ status, weight }: ServerHealth): boolean {
  return weight > 0 && (status.startsWith("UP") || status === "no check");
}

function detailOf({ seconds, weight, sessions, check, admin }: ServerHealth, waits: boolean): string {
  return [
    ...(seconds === undefined ? [] : [`for ${durationText(seconds)}`]),
    ...(admin === undefined ? [] : [admin]),
    ...(waits ? ["a backup that waits until no other is left"] : []),
    check === undefined ? "no check has come to a result" : `last check ${check}`,
    `weight ${weight}`,
    sessions === 1 ? "1 session" : `${sessions} sessions`,
  ].join(", ");
}

function durationText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
