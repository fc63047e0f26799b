import { type BalancerSubject, balancerConformance } from "../../src/index.js";

/** A test that the suite declared. */
export interface CollectedTest {
  readonly name: string;
  readonly body: () => Promise<void>;
}

/** The tests that the suite declares for a balancer. */
export function collectTests(subject: BalancerSubject): readonly CollectedTest[] {
  const tests: CollectedTest[] = [];
  const describe = (_name: string, body: () => void): void => body();
  const it = (name: string, body: () => Promise<void>): void => {
    tests.push({ name, body });
  };
  balancerConformance({ describe, it }, subject);
  return tests;
}

/** The promises that a balancer does not keep, each with why. */
export async function brokenPromises(subject: BalancerSubject): Promise<Readonly<Record<string, string>>> {
  const broken: Record<string, string> = {};
  for (const { name, body } of collectTests(subject)) {
    await body().catch((error: Error) => {
      broken[name] = error.message;
    });
  }
  return broken;
}
