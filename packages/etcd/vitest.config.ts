import { defineConfig } from "vitest/config";

export default defineConfig({
  // The tests of memory collect what is not in use before they look.
  test: { testTimeout: 60_000, hookTimeout: 60_000, execArgv: ["--expose-gc"] },
});
