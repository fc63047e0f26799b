import type { Duration, JsonObject } from "@lighthouse-sd/core";
import type { LoadedPlugin } from "../plugins/loaded-plugin.js";

/** What the accepted files of a configuration directory say. A part that has not changed is the same object as in the
 * configuration before. */
export interface Configuration {
  readonly runner: RunnerSettings;
  readonly logging: LoggingSettings;
  readonly balancers: ReadonlyMap<string, BalancerSettings>;
  readonly discoveries: ReadonlyMap<string, DiscoverySettings>;
  readonly clusters: ReadonlyMap<string, ClusterSettings>;
  readonly services: ReadonlyMap<string, ServiceSettings>;
}

/** runner.yaml, defaults filled in. */
export interface RunnerSettings {
  readonly http: {
    readonly listen: string;
    /** A file with the token that lets others in; relative to the configuration directory. */
    readonly token_file?: string;
  };
  /** Undefined: the default place. */
  readonly state_dir?: string;
  readonly settle: { readonly min: Duration; readonly max: Duration };
  /** This host's name and address, as its peers know it; undefined: found out. */
  readonly name?: string;
  readonly ip?: string;
  readonly peer_port: number;
}

/** logging.yaml, defaults filled in. */
export interface LoggingSettings {
  readonly level: LogLevel | undefined;
  readonly format: "pretty" | "json" | undefined;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** balancers/<name>.yaml */
export interface BalancerSettings {
  readonly name: string;
  /** The file it came from, relative to the configuration directory. */
  readonly file: string;
  readonly plugin: LoadedPlugin<"balancer">;
  /** Validated by the plugin, defaults filled in. */
  readonly config: unknown;
}

/** discovery/<name>.yaml */
export interface DiscoverySettings {
  readonly name: string;
  readonly file: string;
  readonly plugin: LoadedPlugin<"discovery">;
  readonly config: unknown;
}

/** clusters/<name>.yaml */
export interface ClusterSettings {
  readonly name: string;
  readonly file: string;
  /** The name of a discovery instance, which exists. */
  readonly discovery: string;
  /** The block for the discovery instance; null: none. */
  readonly discoveryBlock: unknown;
  readonly metaCluster: string | null;
  readonly guard: GuardSettings;
  /** By balancer instance: its block, validated, defaults filled in. Only balancers that this host has. */
  readonly blocks: ReadonlyMap<string, unknown>;
}

/** `guard` of a cluster, defaults filled in. */
export interface GuardSettings {
  readonly on_empty: "hold" | "empty";
  readonly min_nodes: number;
  /** A share such as `50%`, or a count. */
  readonly max_removal: string | number;
  readonly window: Duration;
  readonly confirm_after: Duration;
}

/** services/<name>.yaml, defaults filled in. */
export interface ServiceSettings {
  readonly name: string;
  readonly file: string;
  /** The name of a discovery instance, which exists. */
  readonly discovery: string;
  /** Where it is checked. */
  readonly host: string;
  /** Each is a node of its own. */
  readonly ports: readonly number[];
  readonly metadata: JsonObject;
  /** False: a reporter that stops leaves its nodes registered, for the next start to go on with. */
  readonly withdrawOnStop: boolean;
  /** Between two runs of a check. */
  readonly intervalMs: number;
  /** By name; empty: always up. */
  readonly checks: ReadonlyMap<string, CheckSettings>;
}

/** One of `checks` in services/<name>.yaml, defaults filled in. */
export interface CheckSettings {
  readonly name: string;
  readonly plugin: LoadedPlugin<"check">;
  /** Validated by the plugin, defaults filled in. */
  readonly config: unknown;
  /** Passes in a row that make it pass. */
  readonly rise: number;
  /** Failures in a row that make it fail. */
  readonly fall: number;
  readonly timeoutMs: number;
}

/** Something wrong in a file, with its place. */
export interface FileProblem {
  /** Relative to the configuration directory. */
  readonly file: string;
  /** From 1; undefined where the problem has no place in the text (the file cannot be read). */
  readonly line?: number;
  readonly column?: number;
  /** `haproxy.port: must be an integer from 1 to 65535, got "80a"` */
  readonly message: string;
}

/** A parsed YAML file's text and values, for looking up where a value stands. */
export interface SourceMap {
  /** Line and column, from 1, of the value at `path` (of its key where `atKey`), or of its nearest ancestor that exists. */
  locate(path: readonly (string | number)[], atKey?: boolean): { readonly line: number; readonly column: number };
}
