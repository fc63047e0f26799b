/** What one broker says of its cluster. */
export interface ClusterView {
  readonly members: readonly string[];
  readonly running: readonly string[];
  /** Everyone that a partition is spoken of with, on either side. A node of these that does not run may well live. */
  readonly partitioned: readonly string[];
  /** `rabbit@mq1: memory` */
  readonly alarms: readonly string[];
  /** Of the broker that was asked: `3.10.8`; null where it did not say. */
  readonly version: string | null;
}

/** What came of asking a broker. No answer is never taken for "gone". */
export type Answer<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly reason: string; readonly appStopped?: boolean };

/** No answer, with the reason. */
export function unknown(reason: string): { readonly known: false; readonly reason: string } {
  return { known: false, reason };
}
