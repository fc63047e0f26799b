import type { JsonObject, JsonValue } from "./json.js";
import { showValue } from "./show-value.js";

/** The metadata fields that mean the same to every balancer, and what they must be. */
const FIELDS: Readonly<Record<string, { readonly wanted: string; readonly accepts: (value: JsonValue) => boolean }>> = {
  weight: {
    wanted: "an integer from 0 to 256",
    accepts: (value) => typeof value === "number" && isWeight(value),
  },
  backup: { wanted: "true or false", accepts: (value) => typeof value === "boolean" },
  drain: { wanted: "true or false", accepts: (value) => typeof value === "boolean" },
};

function isWeight(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 256;
}

/** `metadata` without the typed fields that are not what they must be; each is named in `dropped`. Metadata was
 * free-form before these fields had a meaning, so a bad one costs the field, not the node. */
export function dropBadFields(metadata: JsonObject, dropped: string[]): JsonObject {
  const bad = Object.entries(FIELDS).filter(([name, field]) => {
    const value = metadata[name];
    return value !== undefined && !field.accepts(value);
  });
  if (bad.length === 0) return metadata;
  for (const [name, field] of bad) {
    dropped.push(`metadata.${name} must be ${field.wanted}, got ${showValue(metadata[name])}`);
  }
  const names = new Set(bad.map(([name]) => name));
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !names.has(name)));
}

/** The metadata fields that every balancer understands the same way, typed. */
export interface ServingHints {
  /** Share of the work, 0 to 256; undefined: the balancer's default. */
  readonly weight: number | undefined;
  /** Serves only when no other member does. */
  readonly backup: boolean;
  /** Gets no new work, finishes what it has. */
  readonly drain: boolean;
}

/** The typed fields of a node's metadata; one that is not what it must be counts as missing. */
export function servingHints(metadata: JsonObject): ServingHints {
  const weight = metadata["weight"];
  return {
    weight: typeof weight === "number" && isWeight(weight) ? weight : undefined,
    backup: metadata["backup"] === true,
    drain: metadata["drain"] === true,
  };
}
