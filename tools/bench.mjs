// npm run bench: set-up, a build, and the measurement.
import { join } from "node:path";
import { FOR_BENCH, PATH } from "./debian-packages.mjs";
import { root, run } from "./run-command.mjs";
import { setUp } from "./setup.mjs";
import { main } from "./terminal.mjs";

await main(async () => {
  await setUp({ build: ["@lighthouse-sd/bench"], debianPackages: FOR_BENCH });
  const args = [join(root, "apps/bench/dist/bench.js"), ...process.argv.slice(2)];
  return (await run(process.execPath, args, { env: { PATH }, show: true })).code;
});
