import type { Answer, ClusterView } from "../broker/cluster-view.js";

/** What one peer said when it was asked. */
export interface PeerAnswer {
  readonly node: string;
  readonly view: Answer<ClusterView>;
}

/** All that a join is decided by, gathered right before. */
export interface JoinEvidence {
  readonly self: string;
  readonly seeds: readonly string[];
  readonly own: ClusterView;
  readonly peers: readonly PeerAnswer[];
  /** For how long discovery has been saying the same, and for how long it has to, in milliseconds. */
  readonly stableMs: number;
  readonly neededStableMs: number;
}

/** What is asked once there is a target. */
export interface FinalEvidence {
  readonly ownId: Answer<string>;
  readonly targetId: Answer<string>;
  readonly contents: Answer<readonly string[]>;
  readonly connections: Answer<number>;
}
