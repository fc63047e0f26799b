import type { JsonObject } from "./json.js";

/** The HAProxy of the host a node runs on (or of this host), as HAProxy's `peers` sections name it. */
export interface Peer {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
}

/** A member of a cluster. Identity is ip and port; `name` (host:port) is unique in its cluster.
 * Strings outside metadata match [A-Za-z0-9._:-]+. */
export interface Node {
  readonly name: string;
  readonly host: string;
  readonly ip: string;
  readonly port: number;
  readonly peer: Peer | null;
  /** As the service gave it, newlines included: check before it reaches a file or socket. */
  readonly metadata: JsonObject;
}

/** A cluster as a balancer sees it. The same object as last time: nothing in it has changed. */
export interface Cluster<Block = unknown> {
  /** Matches [A-Za-z0-9._-]+. */
  readonly name: string;
  readonly metaCluster: string | null;
  /** This balancer's block in the cluster's file, validated, defaults filled in. */
  readonly config: Block;
  /** All members, by name; null: not known yet, leave what the target has. */
  readonly nodes: readonly Node[] | null;
  /** False: `nodes` is the last good list, for the source does not answer now; or some of them are held although it no
   * longer names them. Nothing that cannot be undone may be concluded from it then. */
  readonly live: boolean;
  /** True: some of `nodes` are held: their source, when it was last heard, no longer named them, and they may be gone.
   * Never true where `live` is. */
  readonly held?: boolean;
}
