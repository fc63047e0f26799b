import { defineConfig } from "vitest/config";

// They wait for changes to be noticed most of the time.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 3 } });
