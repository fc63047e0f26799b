import { defineConfig } from "vitest/config";

/* Every file has its own ports and directories, so files run side by side; more of them than cores would only make one
 * another slow. Limits are for a hang, not for speed: each wait inside a test has its own. */
export default defineConfig({
  test: { maxWorkers: 1, testTimeout: 120_000, hookTimeout: 60_000, teardownTimeout: 30_000 },
});
