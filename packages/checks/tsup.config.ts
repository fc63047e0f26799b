import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", http: "src/http-check.ts", tcp: "src/tcp-check.ts", redis: "src/redis-check.ts" },
  format: "esm",
  target: "node20",
  dts: true,
  clean: true,
});
