/** How much a trouble matters. `bad`: something is not as it should be; `look`: a person should look at it; `note`: nothing
 * is wrong, and it should not be forgotten. */
export type Severity = "bad" | "look" | "note";

/** What the page tells of, and can show. */
export interface Subject {
  readonly kind: "cluster" | "balancer" | "service" | "config";
  /** Of a configuration problem: its file. */
  readonly name: string;
}

/** One thing that is not quiet and in order. */
export interface Trouble {
  /** The same for the same trouble, over updates. */
  readonly key: string;
  readonly severity: Severity;
  /** What it is about; several where many have one trouble in common. */
  readonly subjects: readonly Subject[];
  /** Clusters that it touches besides, by name. */
  readonly touches?: readonly string[];
  /** One sentence, in our words. */
  readonly sentence: string;
  /** The reason, as the runner gives it. */
  readonly detail: string | null;
  /** ISO 8601; null: not known. */
  readonly since: string | null;
  /** The cluster whose held nodes can be released. */
  readonly release?: string;
}
