const LONGEST = 120;

/** Text of a server as a failure shows it: quoted, on one line, short. */
export function showText(text: string): string {
  const shown = JSON.stringify(text.length > LONGEST ? text.slice(0, LONGEST) : text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length > LONGEST ? `${shown}…` : shown;
}
