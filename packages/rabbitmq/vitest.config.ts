import { defineConfig } from "vitest/config";

// They wait for brokers most of the time.
export default defineConfig({ test: { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 } });
