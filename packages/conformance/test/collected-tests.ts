import type { TestRunner } from "../src/index.js";

/** A test that a suite declared. */
export interface CollectedTest {
  readonly name: string;
  readonly body: () => Promise<void>;
}

/** The tests that a suite declares when it is given a runner. */
export function collectTests(declare: (runner: TestRunner) => void): readonly CollectedTest[] {
  const tests: CollectedTest[] = [];
  const describe = (_name: string, body: () => void): void => body();
  const it = (name: string, body: () => Promise<void>): void => {
    tests.push({ name, body });
  };
  declare({ describe, it });
  return tests;
}

/** The promises that are not kept, each with why; of all, or of those named. */
export async function brokenPromises(
  declare: (runner: TestRunner) => void,
  names?: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const broken: Record<string, string> = {};
  for (const { name, body } of collectTests(declare)) {
    if (names?.includes(name) === false) continue;
    await body().catch((error: Error) => {
      broken[name] = error.message;
    });
  }
  return broken;
}
