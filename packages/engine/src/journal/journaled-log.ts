import type { Logger, LogLine } from "@lighthouse-sd/core";
import type { EventLevel, Noter } from "./runner-event.js";

const SERVICE = /^service (.+)$/;

/** A reporter's logger of `part` (`service <name>`; undefined: the reporter itself) whose lines, debugging aside, are
 * events too. */
export function journaledLog(log: Logger, part: string | undefined, note: Noter): Logger {
  const service = SERVICE.exec(part ?? "")?.[1];
  const line =
    (level: EventLevel): LogLine =>
    (text, fields) => {
      log[level](text, fields);
      const message = part === undefined ? text : `${part}: ${text}`;
      note({ kind: "service", level, message, ...(service !== undefined && { service }) });
    };
  return {
    debug: (text, fields) => log.debug(text, fields),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  };
}
