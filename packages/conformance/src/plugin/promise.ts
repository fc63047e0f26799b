import type { TestRunner } from "./test-runner.js";

/** One promise of a contract. */
export interface PluginPromise<Subject, Bench> {
  /** Reads as a sentence about a plugin: `changes nothing the second time`. */
  readonly name: string;
  /** False for a plugin that need not keep it, since it lacks something optional. Default: every one must. */
  concerns?(subject: Subject): boolean;
  /** Rejects where it is not kept. */
  holds(bench: Bench): Promise<void>;
}

/** Where one promise is tried. */
export interface Bench {
  /** Ends all that was started here, whatever state it is in. */
  close(): Promise<void>;
}

/** Declares a test for every promise that concerns the subject, by group. Each gets a bench of its own. */
export function declarePromises<Subject, B extends Bench>(
  runner: TestRunner,
  groups: Readonly<Record<string, readonly PluginPromise<Subject, B>[]>>,
  subject: Subject,
  openBench: () => Promise<B>,
): void {
  for (const [group, all] of Object.entries(groups)) {
    const promises = all.filter((promise) => promise.concerns?.(subject) ?? true);
    if (promises.length === 0) continue;
    runner.describe(group, () => {
      for (const promise of promises) runner.it(promise.name, () => tryPromise(promise, openBench));
    });
  }
}

async function tryPromise<B extends Bench>(
  promise: PluginPromise<never, B>,
  openBench: () => Promise<B>,
): Promise<void> {
  const bench = await openBench();
  try {
    await promise.holds(bench);
  } finally {
    await bench.close();
  }
}
