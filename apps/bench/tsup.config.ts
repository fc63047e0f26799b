import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/bench.ts", "src/floor-loop.ts", "src/heap-probe.ts"],
  format: "esm",
  target: "node20",
  clean: true,
});
