import { testConfig } from "../../tools/vitest-config.mjs";

export default testConfig({
  // They wait for servers most of the time.
  maxWorkers: 4,
  // The tests of memory collect what is not in use before they look.
  execArgv: ["--expose-gc"],
});
