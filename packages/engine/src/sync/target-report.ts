import type { NodeReport } from "@lighthouse-sd/core";

/** What a balancer's target says of the nodes of a cluster, or why there is no word of it. */
export type TargetReport =
  | { readonly kind: "nodes"; readonly nodes: readonly NodeReport[] }
  /** The plugin cannot tell. */
  | { readonly kind: "mute" }
  | { readonly kind: "failed"; readonly reason: string };

/** What a plugin's describe gave, or the first thing in it that breaks the contract. */
export function readNodeReports(value: unknown): readonly NodeReport[] | { readonly broken: string } {
  if (!Array.isArray(value)) return { broken: "describe must give a list of reports" };
  const bad = value.findIndex((report) => !isReport(report));
  return bad < 0
    ? (value as readonly NodeReport[])
    : { broken: `describe gave report ${bad + 1} without node, state and serving` };
}

function isReport(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { node, state, serving, detail } = value as Record<string, unknown>;
  const isNamed = typeof node === "string" && typeof state === "string" && typeof serving === "boolean";
  return isNamed && (detail === undefined || typeof detail === "string");
}
