import { bold, dim, red, yellow } from "./terminal.mjs";

const LEVELS = { 40: yellow, 50: red };

/** The time of day, as every line of the example begins. */
export function clock(time = Date.now()) {
  const date = new Date(time);
  const part = (value) => String(value).padStart(2, "0");
  return dim(`${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}`);
}

/** One line of the runner's JSON log as the example shows it; a line that is none comes back as it is. */
export function readable(text) {
  const line = parse(text);
  if (line === undefined) return text;
  const part = (line.part ?? "lighthouse").replace(/^\w+ /, "");
  const colour = LEVELS[line.level] ?? ((message) => message);
  return `${clock(line.time)}  ${bold(part.padEnd(10))}  ${colour(line.msg)}`;
}

/** True for a warning, an error, and whatever is no line of the log at all. */
export function isProblem(text) {
  return (parse(text)?.level ?? 50) >= 40;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
