import { defineConfig } from "vitest/config";

/** They only reckon: one process does for all of them. */
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000, isolate: false } });
