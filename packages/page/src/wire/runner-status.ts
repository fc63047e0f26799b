/** What the page reads of `/api/v1/status`. The engine's tests compare it with what is answered there. Times are ISO 8601. */
export interface RunnerStatus {
  readonly version: string;
  readonly ready: boolean;
  readonly startedAt: string;
  readonly clusters: Readonly<Record<string, ClusterStatus>>;
  readonly balancers: Readonly<Record<string, BalancerStatus>>;
  readonly services: Readonly<Record<string, ServiceStatus>>;
  readonly config: { readonly errors: readonly PlacedProblem[]; readonly notices: readonly PlacedProblem[] };
}

/** One cluster. */
export interface ClusterStatus {
  readonly discovery: string;
  readonly source: "waiting" | "live" | "lost" | "snapshot";
  readonly since: string;
  readonly error: string | null;
  /** Null: not known. Those that are held are among them. */
  readonly nodes: readonly NodeStatus[] | null;
  readonly drains: readonly { readonly name: string; readonly since: string }[];
  readonly held: readonly HeldNode[];
  readonly quarantined: readonly RecordNote[];
  readonly dropped: readonly RecordNote[];
}

/** One member. */
export interface NodeStatus {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly drained?: true;
}

/** A member that its source no longer names. */
export interface HeldNode {
  readonly name: string;
  readonly since: string;
  readonly reason: string;
}

/** What is to say about one record. */
export interface RecordNote {
  readonly source: string;
  readonly reason: string;
}

/** One balancer. */
export interface BalancerStatus {
  readonly type: string;
  readonly converged: boolean;
  readonly generation: number;
  readonly appliedGeneration: number;
  readonly lastSync: string | null;
  readonly reloads: number;
  readonly lastReload: { readonly at: string; readonly reason: string } | null;
  readonly problems: readonly PlacedProblem[];
  readonly lastError: string | null;
}

/** One service of the runner's host. */
export interface ServiceStatus {
  readonly discovery: string;
  readonly drainedSince: string | null;
  readonly ports: readonly PortStatus[];
}

/** One port of a service. */
export interface PortStatus {
  readonly port: number;
  readonly state: "starting" | "up" | "down";
  readonly since: string;
  readonly reason: string | null;
  readonly node: string | null;
  readonly registration: {
    readonly state: "none" | "pending" | "registered" | "lost";
    readonly since: string;
    readonly error: string | null;
  };
}

/** Something wrong in a configuration file. */
export interface PlacedProblem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}
