import { testConfig } from "../../tools/vitest-config.mjs";

export default testConfig({
  // They wait for servers most of the time.
  maxWorkers: 3,
  // The heap is measured after a collection.
  execArgv: ["--expose-gc"],
});
