import { defineConfig } from "vitest/config";

/** They only reckon, and leave nothing behind: one process does for all of them. */
const RECKONING = ["config", "describe", "golden", "hba-file", "planner-model", "readme"].map(
  (name) => `test/${name}.test.ts`,
);

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
