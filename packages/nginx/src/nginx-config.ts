import type { Duration } from "@lighthouse-sd/core";

/** balancers/<name>.yaml */
export interface NginxConfig {
  /** Where the upstreams go, one file for each cluster; relative to the configuration directory. */
  readonly directory: string;
  /** The program: a path, or a name on PATH. */
  readonly binary: string;
  /** The file that nginx starts from. Default: the one it was built with. */
  readonly config_file?: string;
  /** The file in which the running nginx writes its process id. Default: /run/nginx.pid, and none where `reload` says
   * how it is told. */
  readonly pid_file?: string;
  /** The program that has nginx load its files, with its arguments. Default: SIGHUP to the process of `pid_file`. */
  readonly reload?: readonly string[];
  /** How long nginx may take to judge its files, and to replace its workers. */
  readonly timeout: Duration;
  /** The least time between two reloads. */
  readonly reload_interval: Duration | "off" | false;
  /** How often the files are looked at although nobody came or went. */
  readonly resync: Duration;
}

/** This balancer's block in clusters/<name>.yaml. */
export interface NginxBlock {
  /** What `proxy_pass` calls the members. Default: the cluster's name. */
  readonly upstream?: string;
  /** Who gets a request. */
  readonly method: string;
  /** The weight of members that give none. */
  readonly weight?: number;
  /** Failures within `fail_timeout` after which a member is left alone for as long; 0: never. */
  readonly max_fails?: number;
  readonly fail_timeout?: Duration;
  /** Most connections to one member at a time. */
  readonly max_conns?: number;
  /** Idle connections to members that each worker keeps. */
  readonly keepalive?: number;
  /** Memory in which workers share what they know of members. */
  readonly zone: string;
}
