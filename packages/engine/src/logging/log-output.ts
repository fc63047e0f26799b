import type { Logger, LogLine } from "@lighthouse-sd/core";
import pino from "pino";
import type { LogLevel } from "../config/configuration.js";
import { type PrettyStyle, prettyLine } from "./pretty-line.js";

/** How the log is written. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly format: "pretty" | "json";
}

/** The log of the process: one place that writes, and a logger for each part. */
export interface LogOutput {
  /** A logger whose lines are marked as those of `part`; without one, of the runner itself. */
  logger(part?: string): Logger;
  /** From now on, for all loggers. */
  configure(settings: LogSettings): void;
}

/** Opens a log that hands finished text, one line or a line with its stack, to `write`. */
export function openLog(settings: LogSettings, style: PrettyStyle, write: (text: string) => void): LogOutput {
  let { format } = settings;
  const stream = { write: (json: string) => write(format === "json" ? json : prettyLine(json, style)) };
  const root = pino({ level: settings.level, base: null, serializers: { err: pino.stdSerializers.err } }, stream);
  const loggers: pino.Logger[] = [root];
  return {
    logger: (part) => {
      const logger = part === undefined ? root : root.child({ part });
      loggers.push(logger);
      return asLogger(logger);
    },
    configure: (next) => {
      format = next.format;
      for (const logger of loggers) logger.level = next.level;
    },
  };
}

function asLogger(logger: pino.Logger): Logger {
  const line =
    (level: LogLevel): LogLine =>
    (message, fields) =>
      logger[level](fields === undefined ? {} : withoutReserved(fields), "%s", message);
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** A plugin's field may not pass for one of the line itself. */
function withoutReserved(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [RESERVED.has(key) ? `${key}_` : key, value]));
}

const RESERVED = new Set(["level", "time", "msg", "part"]);
