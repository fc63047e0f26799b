import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", check: "src/check/postgresql-check.ts" },
  format: "esm",
  target: "node20",
  dts: true,
  clean: true,
});
