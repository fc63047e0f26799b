import { RECORD_LIMIT } from "@lighthouse-sd/core";

/** A mapping in a record's text; undefined for anything else, a text included that is too long for a record. */
export function recordObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > RECORD_LIMIT) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
