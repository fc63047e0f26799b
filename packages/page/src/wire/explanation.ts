/** What the page reads of an explanation of a cluster, or of a node of it. */
export interface Explanation {
  /** When this was so, ISO 8601. */
  readonly at: string;
  readonly ok: boolean;
  /** The whole in one sentence. */
  readonly answer: string;
  readonly steps: readonly ExplainedStep[];
}

/** One link of the chain from a file to the running target. */
export interface ExplainedStep {
  readonly stage: string;
  readonly balancer?: string;
  readonly ok: boolean;
  readonly at: string | null;
  readonly sentence: string;
}
