import { defineConfig } from "vitest/config";

/** They only reckon, and leave nothing behind: one process does for all of them. */
const RECKONING = [
  "address-watch",
  "admit-files",
  "balancers",
  "capacity-history",
  "convergence",
  "describe-target",
  "directory-layout",
  "distinct-nodes",
  "drains",
  "explain",
  "guard",
  "guard-model",
  "guard-words",
  "logging",
  "metrics",
  "parse-yaml",
  "read-records",
  "run-options",
  "schema-command",
  "service-drains",
  "service-report",
  "settings-files",
  "settle",
  "state-directory",
  "tracked-files",
].map((name) => `test/${name}.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "reckoning", include: RECKONING, isolate: false } },
      { extends: true, test: { name: "acting", include: ["test/**/*.test.ts"], exclude: RECKONING } },
    ],
  },
});
