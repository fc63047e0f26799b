import type { Duration } from "@lighthouse-sd/core";

/** balancers/<name>.yaml */
export interface HAProxyConfig {
  /** The configuration file that is written, and that HAProxy runs on. */
  readonly config_file: string;
  /** HAProxy's admin socket. */
  readonly socket_file: string;
  /** Where the pid of the serving process (mode master: of the master) is kept. Optional but in modes daemon. */
  readonly pid_file?: string;
  /** HAProxy's program: a path, or a name looked up in PATH. */
  readonly binary: string;
  /** Directives of the `global` section. */
  readonly global: readonly string[];
  /** Directives of the `defaults` section. */
  readonly defaults: readonly string[];
  /** Where frontends listen that name no address; without it on all addresses. */
  readonly bind_address?: string;
  readonly meta_clusters: Readonly<Record<string, MetaCluster>>;
  /** The older form of `meta_clusters`: name to port. */
  readonly meta_cluster_ports: Readonly<Record<string, number>>;
  readonly proxies: Readonly<Record<string, StaticProxy>>;
  readonly stats?: Stats;
  /** Files that HAProxy loads after `config_file`: resolvers, user lists, frontends of one's own. */
  readonly extra_files: readonly string[];
  /** Who may use the admin socket. */
  readonly socket: { readonly user?: string; readonly group?: string; readonly mode: string };
  /** Take over a `config_file` that something else wrote. */
  readonly adopt: boolean;
  /** The least time between two reloads. */
  readonly restart_interval: Duration;
  /** How long a node that left may finish what it has. */
  readonly drain: Duration;
  /** How often all that runs is read back. */
  readonly resync: Duration;
  /** Old processes that may still finish their connections; the oldest beyond them is ended. */
  readonly max_old_workers: number;
  /** How long an old process may still finish its connections. */
  readonly hard_stop_after: Duration;
  /** Repair what somebody else set at run time: maintenance, drain, weight. */
  readonly enforce: boolean;
  /** Members come, go and change in the running process; false: by reloads alone. */
  readonly runtime: boolean;
  readonly process: ProcessSettings;
}

/** One port for the clusters of a group, which their `acl` lines tell apart. */
export interface MetaCluster {
  readonly port: number;
  readonly bind_address?: string;
  readonly frontend: readonly string[];
}

/** A port whose upstreams stand in the file, not in a registry. */
export interface StaticProxy {
  readonly port: number;
  readonly bind_address?: string;
  readonly options: readonly string[];
  readonly upstreams: readonly Upstream[];
}

/** One server of a static proxy. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly max_conn?: number;
}

/** HAProxy's own page of statistics. */
export interface Stats {
  readonly port: number;
  readonly bind_address?: string;
  readonly uri: string;
  /** Milliseconds. */
  readonly timeouts: { readonly connect?: number; readonly client?: number; readonly server?: number };
}

/** Who starts and reloads HAProxy. */
export type ProcessSettings =
  /** Lighthouse does; HAProxy goes on by itself when Lighthouse ends. */
  | { readonly mode: "daemon" }
  /** HAProxy's own master process (`-W`, `-Ws`) does, told by a signal or on its master socket. */
  | { readonly mode: "master"; readonly master_socket?: string }
  /** A command does; its arguments as a list, no shell. */
  | { readonly mode: "command"; readonly reload: readonly string[]; readonly timeout: Duration }
  /** Somebody else does: the file is written and no more. */
  | { readonly mode: "none" };

/** The `haproxy` block of clusters/<name>.yaml */
export interface HAProxyBlock {
  /** Where this host reaches the cluster; none: by its meta cluster, or from frontends of one's own. */
  readonly port?: number;
  readonly bind_address?: string;
  /** More parameters of the `bind` line: TLS, proxy protocol. */
  readonly bind_options?: string;
  /** More `bind` lines: address, port and parameters. */
  readonly binds: readonly string[];
  /** The condition under which its meta cluster's requests are for this cluster. */
  readonly acl?: string;
  /** Conditions of a meta cluster are tried in this order, then by the cluster's name. */
  readonly acl_priority: number;
  /** Directives of the frontend. */
  readonly frontend: readonly string[];
  /** Directives of the backend. */
  readonly backend: readonly string[];
  /** More parameters of every `server` line. */
  readonly server_options: string;
  /** List the HAProxys of the members' hosts in the `peers` section. */
  readonly peers: boolean;
  /** How long a node that left may finish what it has; overrides the balancer's. */
  readonly drain?: Duration;
}
