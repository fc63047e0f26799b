import pc from "picocolors";
import { oneLine } from "../error-text.js";

type Colors = ReturnType<typeof pc.createColors>;

/** How a line is written for people. */
export interface PrettyStyle {
  readonly color: boolean;
  /** True: the local time of day, for somebody who is watching; false: date and time in UTC. */
  readonly shortTime: boolean;
}

const LEVELS: Readonly<Record<number, { readonly name: string; readonly color: keyof Colors }>> = {
  20: { name: "DEBUG", color: "dim" },
  30: { name: "INFO ", color: "green" },
  40: { name: "WARN ", color: "yellow" },
  50: { name: "ERROR", color: "red" },
};
const OWN_FIELDS = new Set(["level", "time", "msg", "part", "err"]);

/** One line of pino's JSON as people read it: `12:03:04.123 INFO  haproxy: reloaded … key=value`, an error's stack below.
 * Control characters are escaped: what a registry says cannot look like another line. What is no such JSON comes back
 * as it is. */
export function prettyLine(json: string, { color, shortTime }: PrettyStyle): string {
  const line = parse(json);
  if (line === undefined) return json;
  const colors = pc.createColors(color);
  const level = LEVELS[Number(line["level"])] ?? { name: String(line["level"]), color: "reset" as const };
  const paint = colors[level.color] as (text: string) => string;
  const part = typeof line["part"] === "string" ? `${colors.bold(oneLine(line["part"]))}: ` : "";
  const extra = Object.entries(line).flatMap(([key, value]) => (OWN_FIELDS.has(key) ? [] : [field(key, value)]));
  const fields = extra.length === 0 ? "" : ` ${colors.dim(extra.join(" "))}`;
  const time = colors.dim(timeText(Number(line["time"]), shortTime));
  return `${time} ${paint(level.name)} ${part}${oneLine(String(line["msg"] ?? ""))}${fields}\n${stack(line["err"])}`;
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function timeText(time: number, short: boolean): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "-";
  if (!short) return date.toISOString();
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => pad(n, 2));
  return `${hours}:${minutes}:${seconds}.${pad(date.getMilliseconds(), 3)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function field(key: string, value: unknown): string {
  const text = typeof value === "string" && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
  return `${oneLine(key)}=${oneLine(text)}`;
}

function stack(error: unknown): string {
  const text = (error as { stack?: unknown } | undefined)?.stack;
  if (typeof text !== "string") return "";
  const lines = text.split("\n").slice(0, 30);
  return lines.map((line) => `    ${oneLine(line)}\n`).join("");
}
