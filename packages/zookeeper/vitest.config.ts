import { defineConfig } from "vitest/config";

export default defineConfig({
  // The heap is measured after a collection.
  test: { testTimeout: 60_000, hookTimeout: 60_000, execArgv: ["--expose-gc"] },
});
