/** For a hang, not for speed: each wait inside a test has a limit of its own. */
const LIMITS = { testTimeout: 60_000, hookTimeout: 60_000 };

/** How vitest runs a package's tests; all but `reckoning` are options of vitest's. Test files named there only compute, and
 * leave nothing behind: one process does for all of them. */
export function testConfig({ reckoning, ...options } = {}) {
  const test = { ...LIMITS, ...options };
  if (reckoning === undefined) return { test };
  const computing = reckoning.map((name) => `test/${name}.test.ts`);
  const projects = [
    { extends: true, test: { name: "reckoning", include: computing, isolate: false } },
    { extends: true, test: { name: "acting", include: ["test/**/*.test.ts"], exclude: computing } },
  ];
  return { test: { ...test, projects } };
}
