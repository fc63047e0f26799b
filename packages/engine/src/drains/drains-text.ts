import { errorText } from "../error-text.js";
import type { Drain, Drains } from "./drains.js";

/** Drains as they are kept: JSON that a person can read. */
export function renderDrains(drains: Drains): string {
  const clusters = [...drains].map(([cluster, list]) => [
    cluster,
    list.map(({ name, ip, port, since }) => ({ name, ip, port, since: new Date(since).toISOString() })),
  ]);
  return `${JSON.stringify({ format: 1, clusters: Object.fromEntries(clusters) }, null, 2)}\n`;
}

/** Reads what `renderDrains` wrote; says why it cannot be used otherwise. */
export function parseDrains(text: string): Drains | { readonly reason: string } {
  try {
    const { format, clusters } = JSON.parse(text) as { format: unknown; clusters: Record<string, unknown> };
    if (format !== 1) return { reason: `it has the unknown format ${JSON.stringify(format)}` };
    return new Map(Object.entries(clusters).map(([cluster, list]) => [cluster, (list as unknown[]).map(readDrain)]));
  } catch (error) {
    return { reason: errorText(error) };
  }
}

function readDrain(value: unknown): Drain {
  const { name, ip, port, since } = value as Record<string, unknown>;
  const at = typeof since === "string" ? Date.parse(since) : Number.NaN;
  if (typeof name !== "string" || typeof ip !== "string" || typeof port !== "number" || Number.isNaN(at)) {
    throw new Error(`an entry must have name, ip, port and since, is ${JSON.stringify(value)}`);
  }
  return { name, ip, port, since: at };
}
