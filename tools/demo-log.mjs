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
  let line;
  try {
    line = JSON.parse(text);
  } catch {
    return text;
  }
  const colour = LEVELS[line.level] ?? ((message) => message);
  return `${clock(line.time)}  ${bold((line.part ?? "lighthouse").padEnd(9))}  ${colour(line.msg)}`;
}
