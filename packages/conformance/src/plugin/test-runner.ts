/** What the suite needs of a test runner: vitest's and node:test's `describe` and `it` are such. A promise that takes
 * longer than the runner's time limit for one test is the runner's affair: raise the limit, or hand in an `it` that does. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}
