import { testConfig } from "../../tools/vitest-config.mjs";

export default testConfig({
  reckoning: [
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
  ],
});
