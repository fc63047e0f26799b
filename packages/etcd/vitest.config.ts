import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // They wait for servers most of the time.
    maxWorkers: 4,
    // The tests of memory collect what is not in use before they look.
    execArgv: ["--expose-gc"],
  },
});
