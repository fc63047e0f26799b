import { testConfig } from "../../tools/vitest-config.mjs";

// They wait for changes to be noticed most of the time.
export default testConfig({ maxWorkers: 3 });
