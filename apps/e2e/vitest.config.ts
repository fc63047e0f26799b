import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They make load: beside others on two cores they would measure the machine. */
const WITH_LOAD = ["kill-runner", "reload-under-load", "runtime-changes", "scale"].map(
  (name) => `test/${name}.test.ts`,
);

/** Those that take longest, begun in this order: no long one is left for the end, to run alone. */
const LONGEST = ["new-plugin", "registry-faults-etcd", "registry-faults-zookeeper", "hostile-records"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const names = files.map(({ moduleId }) => basename(moduleId, ".test.ts"));
    const long = LONGEST.flatMap((name) => files.filter((_file, index) => names[index] === name));
    return [...long, ...(await super.sort(files.filter((file) => !long.includes(file))))];
  }
}

/* All others wait more than they work, for programs to start and for time-outs to pass: beside one another. Limits are
 * for a hang, not for speed: each wait inside a test has its own. */
export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    sequence: { sequencer: LongestFirst },
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
