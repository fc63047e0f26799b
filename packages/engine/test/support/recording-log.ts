import type { Logger, LogLine } from "@lighthouse-sd/core";

/** A logger that keeps what it is told as `level message`. */
export class RecordingLog implements Logger {
  readonly lines: string[] = [];
  readonly debug: LogLine = (message) => this.#add("debug", message);
  readonly info: LogLine = (message) => this.#add("info", message);
  readonly warn: LogLine = (message) => this.#add("warn", message);
  readonly error: LogLine = (message) => this.#add("error", message);

  /** The lines in which `text` stands. */
  saying(text: string): readonly string[] {
    return this.lines.filter((line) => line.includes(text));
  }

  #add(level: string, message: string): void {
    this.lines.push(`${level} ${message}`);
  }
}
