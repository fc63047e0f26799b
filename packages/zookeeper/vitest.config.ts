import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // They wait for servers most of the time.
    maxWorkers: 3,
    // The heap is measured after a collection.
    execArgv: ["--expose-gc"],
  },
});
