import type { Logger } from "./logger.js";
import type { Peer } from "./topology.js";

/** Every call that can take time ends soon after `signal` aborts. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** What an engine gives a plugin instance. */
export interface Context {
  /** The instance's name: the base name of its file. */
  readonly name: string;
  /** The configuration directory: the base of relative paths. */
  readonly directory: string;
  /** This host. */
  readonly peer: Peer;
  readonly log: Logger;
  /** The target changed by itself: call syncFile soon. From anywhere, any number of times. */
  requestSync(reason: string): void;
}
