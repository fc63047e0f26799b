/** What `/api/v1/status` says, as far as these tests read it. */
export interface RunnerStatus {
  readonly version: string;
  readonly ready: boolean;
  readonly clusters: Readonly<Record<string, ClusterStatus>>;
  readonly balancers: Readonly<Record<string, BalancerStatus>>;
  readonly services: Readonly<Record<string, ServiceStatus>>;
  readonly config: { readonly errors: readonly PlacedProblem[] };
}

export interface ClusterStatus {
  readonly discovery: string;
  readonly source: "waiting" | "live" | "lost" | "snapshot";
  readonly since: string;
  readonly error: string | null;
  readonly nodes: readonly { readonly name: string; readonly ip: string; readonly port: number }[];
  readonly held: readonly { readonly name: string; readonly since: string; readonly reason: string }[];
  readonly quarantined: readonly { readonly source: string; readonly reason: string }[];
}

export interface ServiceStatus {
  readonly drainedSince: string | null;
  readonly ports: readonly {
    readonly port: number;
    readonly state: "starting" | "up" | "down";
    readonly reason: string | null;
    readonly registration: { readonly state: string; readonly error: string | null };
    readonly checks: Readonly<Record<string, { readonly state: string }>>;
  }[];
}

export interface BalancerStatus {
  readonly type: string;
  readonly converged: boolean;
  readonly generation: number;
  readonly appliedGeneration: number;
  readonly reloads: number;
  readonly lastReload: { readonly at: string; readonly reason: string; readonly code?: string } | null;
  readonly problems: readonly PlacedProblem[];
  readonly lastError: unknown;
}

/** A problem with its place in a file, where it has one. */
export interface PlacedProblem {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}
