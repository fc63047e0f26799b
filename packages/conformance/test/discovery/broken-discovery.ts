import type { CallOptions, DiscoveryPlugin, DiscoveryRecord, Node, Registration, Watcher } from "@lighthouse-sd/core";
import type { BoardBlock } from "./board/board-config.js";
import BoardDiscovery from "./board/board-discovery.js";

/** A wrong discovery, and the promise that has to find it out. */
export interface BrokenDiscovery {
  readonly fault: string;
  readonly plugin: DiscoveryPlugin<unknown>;
  readonly breaks: string;
}

/** One watch of a discovery. */
export interface Watch {
  readonly discovery: BoardDiscovery;
  readonly cluster: string;
  readonly watcher: Watcher;
  readonly signal: AbortSignal;
  /** What a right discovery would do. */
  right(other?: {
    readonly cluster?: string;
    readonly watcher?: Watcher;
    readonly signal?: AbortSignal;
  }): Promise<void>;
}

/** The board's discovery with another watch. */
export function watching(watch: (call: Watch) => Promise<void>): DiscoveryPlugin<unknown> {
  return class extends BoardDiscovery {
    override watch(cluster: string, block: BoardBlock | null, watcher: Watcher, options: CallOptions): Promise<void> {
      const right: Watch["right"] = (other = {}) =>
        super.watch(other.cluster ?? cluster, block, other.watcher ?? watcher, {
          signal: other.signal ?? options.signal,
        });
      return watch({ discovery: this, cluster, watcher, signal: options.signal, right });
    }
  };
}

/** The board's discovery with another way to tell records; `state` is that of one watch. */
export function telling<State>(
  begin: () => State,
  tell: (records: readonly DiscoveryRecord[], watcher: Watcher, state: State) => void,
): DiscoveryPlugin<unknown> {
  return watching(({ watcher, right }) => {
    const state = begin();
    return right({
      watcher: { records: (records) => tell(records, watcher, state), lost: (error) => watcher.lost(error) },
    });
  });
}

/** One report of a discovery. */
export interface Report {
  readonly discovery: BoardDiscovery;
  readonly service: string;
  readonly node: Node;
  readonly registration: Registration;
  readonly signal: AbortSignal;
  /** What a right discovery would do. */
  right(other?: {
    readonly node?: Node;
    readonly registration?: Registration;
    readonly signal?: AbortSignal;
  }): Promise<void>;
}

/** The board's discovery with another report. */
export function reporting(report: (call: Report) => Promise<void>): DiscoveryPlugin<unknown> {
  return class extends BoardDiscovery {
    override report(service: string, node: Node, registration: Registration, options: CallOptions): Promise<void> {
      const right: Report["right"] = (other = {}) =>
        super.report(service, other.node ?? node, other.registration ?? registration, {
          signal: other.signal ?? options.signal,
        });
      return report({ discovery: this, service, node, registration, signal: options.signal, right });
    }
  };
}

/** The board's discovery with other static members. */
export function withStatics(statics: Readonly<Record<string, unknown>>): DiscoveryPlugin<unknown> {
  class Changed extends BoardDiscovery {}
  for (const [name, value] of Object.entries(statics)) Object.defineProperty(Changed, name, { value });
  return Changed;
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Settles never. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
