import { defineConfig } from "vitest/config";

/* Several files make load: beside one another on two cores they would measure the machine. Limits are for a hang, not for
 * speed: each wait inside a test has its own. */
export default defineConfig({
  test: { maxWorkers: 1, testTimeout: 120_000, hookTimeout: 60_000, teardownTimeout: 30_000 },
});
