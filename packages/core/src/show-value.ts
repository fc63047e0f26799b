const LONGEST = 60;
const KEYS_SHOWN = 5;
// Escape sequences of terminals and marks that reorder what is read; JSON escapes the other control characters.
const UNPRINTABLE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A found value as an error shows it: short and on one line. A mapping is shown by its keys and a list by its length:
 * there may be secrets in them. */
export function showValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return showMapping(Object.keys(value));
  return shorten(typeof value === "string" ? quote(value) : String(value));
}

function showMapping(keys: readonly string[]): string {
  if (keys.length === 0) return "an empty mapping";
  const shown = keys.slice(0, KEYS_SHOWN).map((key) => shorten(/^[\w.-]+$/.test(key) ? key : quote(key)));
  return `a mapping (${shown.join(", ")}${keys.length > KEYS_SHOWN ? ", …" : ""})`;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST + 1)).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
