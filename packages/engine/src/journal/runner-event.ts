/** What an event is about. `source`: whether a cluster's source answers. `members`: who is in a cluster. `record`: a record
 * was quarantined. `guard`: nodes are held, or no longer. `operator`: somebody drained, took back or released. `file`,
 * `runtime`, `reload`: a balancer's target was changed. `balancer`: a balancer failed, or works again. `problem`: a
 * balancer met a problem, or it is solved. `config`: errors of files. `service`: a service of this host. `runner`: this
 * process. */
export type EventKind = (typeof EVENT_KINDS)[number];

/** All of them. */
export const EVENT_KINDS = [
  "source",
  "members",
  "record",
  "guard",
  "operator",
  "file",
  "runtime",
  "reload",
  "balancer",
  "problem",
  "config",
  "service",
  "runner",
] as const;

/** How much it matters. */
export type EventLevel = "info" | "warn" | "error";

/** What has become of nodes. */
export type NodeVerb = "joined" | "left" | "changed" | "held" | "freed" | "drained" | "undrained" | "released";

/** Names of nodes by what has become of them; of very many at once not all are named. */
export type NodesOfEvent = Readonly<Partial<Record<NodeVerb, readonly string[]>>>;

/** Something that has happened. */
export interface EventNote {
  readonly kind: EventKind;
  readonly level: EventLevel;
  /** One sentence for a person, without secrets. */
  readonly message: string;
  readonly cluster?: string;
  readonly balancer?: string;
  readonly service?: string;
  readonly nodes?: NodesOfEvent;
  /** Of a change: what of the target was changed. */
  readonly target?: string;
}

/** An event as the journal keeps it. */
export interface RunnerEvent extends EventNote {
  /** Counts from 1 in one process, without gaps. */
  readonly id: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Where events are told. Never throws. */
export type Noter = (note: EventNote) => void;
