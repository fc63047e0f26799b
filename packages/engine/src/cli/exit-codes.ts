/** How the command line ends. */
export const EXIT: {
  readonly done: 0;
  readonly failed: 1;
  /** plan: a sync would change something. */
  readonly changes: 2;
  /** --once: something is held. */
  readonly held: 3;
  readonly usage: 64;
} = { done: 0, failed: 1, changes: 2, held: 3, usage: 64 };

/** Something on the command line is wrong; its message is one clear line. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}
