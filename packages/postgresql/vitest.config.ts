import { testConfig } from "../../tools/vitest-config.mjs";

export default testConfig({ reckoning: ["config", "describe", "golden", "hba-file", "planner-model", "readme"] });
