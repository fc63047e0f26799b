import { defineConfig } from "vitest/config";

/** They make load: beside others on two cores they would measure the machine. */
const WITH_LOAD = ["kill-runner", "reload-under-load", "runtime-changes", "scale"].map(
  (name) => `test/${name}.test.ts`,
);

/* All others wait more than they work, for programs to start and for time-outs to pass: beside one another. Limits are
 * for a hang, not for speed: each wait inside a test has its own. */
export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: "waiting",
          include: ["test/**/*.test.ts"],
          exclude: WITH_LOAD,
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: "load", include: WITH_LOAD, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
