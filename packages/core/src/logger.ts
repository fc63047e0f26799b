/** Writes one line of log. `fields` are added to it as they are: never put a secret in them. */
export type LogLine = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Where a plugin writes what a person should be able to read later. */
export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}
