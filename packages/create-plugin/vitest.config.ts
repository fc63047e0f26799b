import { testConfig } from "../../tools/vitest-config.mjs";

export default testConfig({ include: ["test/**/*.test.ts"], testTimeout: 300_000 });
