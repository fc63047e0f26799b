import { testConfig } from "../../tools/vitest-config.mjs";

// They wait for brokers most of the time.
export default testConfig({ testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 });
