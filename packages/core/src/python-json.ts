import type { JsonObject, JsonValue } from "./json.js";

/** JSON text as Python's `json.dumps(value, sort_keys=True)` prints it, byte for byte: separators `", "` and `": "`,
 * keys in code point order, all but printable ASCII as `\uXXXX`. */
export function pythonJson(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return pythonString(value);
  if (typeof value === "number") return pythonNumber(value);
  if (typeof value === "boolean") return String(value);
  if (isList(value)) return `[${value.map(pythonJson).join(", ")}]`;
  return pythonObject(value);
}

function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function pythonObject(value: JsonObject): string {
  const entries = Object.entries(value).sort(([a], [b]) => compareCodePoints(a, b));
  return `{${entries.map(([key, entry]) => `${pythonString(key)}: ${pythonJson(entry)}`).join(", ")}}`;
}

function pythonString(text: string): string {
  const escaped = JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return escaped;
}

/** Python prints an exponent of at least two digits, and uses one from 1e-05 downwards. */
function pythonNumber(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return Object.is(value, -0) ? "0" : String(value);
  const text = Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
