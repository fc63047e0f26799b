import type { Machine } from "./machine.js";

/** Who follows the members: the bundled runner; the same with `runtime: false`; a loop that only writes to the socket. */
export type ColumnName = "lighthouse" | "reload-always" | "floor";

/** In the order in which they are measured, and shown. */
export const COLUMNS: readonly ColumnName[] = ["lighthouse", "reload-always", "floor"];

/** CPU time of a number of changes. */
export interface CpuResult {
  readonly changes: number;
  /** Of the process that follows the members and all programs it ran. */
  readonly controllerSeconds: number;
  /** Of every HAProxy that served meanwhile. */
  readonly haproxySeconds: number;
  /** From the first change to the last one that HAProxy had. */
  readonly elapsedSeconds: number;
}

/** Resident memory. */
export interface MemoryResult {
  readonly controllerBytes: number;
  /** Of all HAProxy processes together. */
  readonly haproxyBytes: number;
}

/** What changes do to long-lived connections. */
export interface LongLivedResult {
  readonly changes: number;
  readonly opened: number;
  readonly stillOpen: number;
  /** HAProxy processes besides the one that serves. */
  readonly oldProcesses: number;
}

/** All that was measured of one column at one size. */
export interface ColumnResult {
  /** Milliseconds, one for each repeat. */
  readonly addMs: readonly number[];
  readonly removeMs: readonly number[];
  readonly burstMs: readonly number[];
  readonly cpu: CpuResult;
  readonly memory: MemoryResult;
  readonly longLived: LongLivedResult;
  /** Requests that were not answered, of all that were sent. */
  readonly failedRequests: number;
  readonly requests: number;
}

/** All columns at one size. */
export interface SizeResult {
  readonly nodes: number;
  readonly burst: number;
  readonly columns: Readonly<Record<ColumnName, ColumnResult>>;
}

/** Where services are registered. */
export type RegistryName = "file" | "etcd" | "zookeeper";

/** In the order in which they are measured, and shown. */
export const REGISTRIES: readonly RegistryName[] = ["file", "etcd", "zookeeper"];

/** What was measured of services that come up. */
export interface RegistryResult {
  /** Milliseconds, one for each repeat: from the answer that makes the check pass to the service's first answer. */
  readonly startMs: readonly number[];
  /** Requests that were not answered, of all that were sent. */
  readonly failedRequests: number;
  readonly requests: number;
}

/** One run: what stands in bench-results/<name>.json. */
export interface BenchResult {
  readonly name: string;
  readonly startedAt: string;
  readonly elapsedSeconds: number;
  readonly machine: Machine;
  readonly sizes: readonly SizeResult[];
  /** Without those whose server is not installed. */
  readonly registries: Readonly<Partial<Record<RegistryName, RegistryResult>>>;
}

/** Memory after so many changes. */
export interface SoakMark extends MemoryResult {
  readonly changes: number;
  /** In use in the runner after a collection. */
  readonly heapBytes: number;
  readonly elapsedSeconds: number;
}

/** One soak: what stands in bench-results/<name>.json. */
export interface SoakResult {
  readonly name: string;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly nodes: number;
  readonly marks: readonly SoakMark[];
}
