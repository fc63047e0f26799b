import { defineConfig } from "vitest/config";

/** They only reckon, and leave nothing behind: one process does for all of them. */
const RECKONING = [
  "admit-parts",
  "admit-parts-properties",
  "bind-address",
  "cluster-notices",
  "desired-parts",
  "held-notices",
  "member-changes",
  "node-reports",
  "omit-lines",
  "parse-messages",
  "parse-show",
  "plan-sync",
  "readme",
  "render-properties",
  "schema-types",
  "secrets",
  "server-parameters",
  "server-plan",
  "server-plan-leaving",
  "socket-handover",
  "validate-clusters",
  "validate-config",
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
