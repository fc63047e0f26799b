/** What the page reads of an event of `/api/v1/events`. */
export interface RunnerEvent {
  /** Counts from 1 in one process of the runner. */
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  readonly kind: string;
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly cluster?: string;
  readonly balancer?: string;
  readonly service?: string;
}

/** What the page reads of an answer of `/api/v1/events` that is no stream. */
export interface EventList {
  readonly events: readonly RunnerEvent[];
}
