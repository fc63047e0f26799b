import type { Clock } from "./clock.js";
import type { Configuration, FileProblem } from "./config/configuration.js";
import type { LogOutput, LogSettings } from "./logging/log-output.js";
import type { CallTimes } from "./plugin-calls.js";
import type { Role } from "./roles.js";
import type { Locate } from "./sync/problem-places.js";

/** Where a runner's configuration comes from; `ConfigurationStore` is one. */
export interface ConfigurationSource {
  start(): Promise<void>;
  readonly configuration: Configuration;
  readonly problems: readonly FileProblem[];
  readonly notices: readonly FileProblem[];
  onChange(listener: () => void): void;
  readonly locate: Locate;
  rescan(): Promise<void>;
  stop(): Promise<void>;
}

/** What a runner needs. */
export interface RunnerOptions {
  /** The configuration directory, absolute. */
  readonly directory: string;
  readonly stateDirectory: string;
  readonly role: Role;
  readonly configuration: ConfigurationSource;
  readonly log: LogOutput;
  /** What of logging.yaml and its defaults the command line overrides. */
  readonly logging: Partial<LogSettings>;
  /** What of http.listen the command line overrides. */
  readonly http: string | undefined;
  /** What of http.token_file the command line overrides; absolute. */
  readonly httpTokenFile?: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly times: CallTimes;
  /** From 0 to 1, for spreading retries. */
  readonly random: () => number;
}
