import { testConfig } from "../../tools/vitest-config.mjs";

export default testConfig();
