import { testConfig } from "../../tools/vitest-config.mjs";

/** They only reckon: one process does for all of them. */
export default testConfig({ isolate: false });
