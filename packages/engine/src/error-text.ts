const LONGEST = 2000;
const DEEPEST_CAUSE = 3;

/** What was thrown, as one line for logs and status: messages of an error and its causes; control characters escaped,
 * cut where it is very long. Plugins throw anything, so it never fails itself. */
export function errorText(error: unknown): string {
  try {
    return oneLine(messages(error, DEEPEST_CAUSE));
  } catch {
    return "an error that cannot be shown";
  }
}

/** `text` with control characters escaped and cut after 2000 characters. */
export function oneLine(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return visible(cut.trim().replace(/\s*\n\s*/g, "; "));
}

/** `text` with every control character, line ends included, escaped. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) =>
    JSON.stringify(character)
      .slice(1, -1)
      .replace(/^[^\\]$/, escaped),
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function messages(error: unknown, depth: number): string {
  if (!(error instanceof Error)) return typeof error === "string" ? error : (JSON.stringify(error) ?? String(error));
  const own = error.message === "" ? error.name : String(error.message);
  if (error.cause === undefined || depth === 0) return own;
  const cause = messages(error.cause, depth - 1);
  return own.includes(cause) ? own : `${own}: ${cause}`;
}
