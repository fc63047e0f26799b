// npm test: set-up, the tests of every package, and the end-to-end tests against real servers.
import { join } from "node:path";
import { FOR_TESTS, PATH } from "./debian-packages.mjs";
import { root } from "./run-command.mjs";
import { runTests } from "./run-tests.mjs";
import { setUp, workspacePackages } from "./setup.mjs";
import { bold, dim, Failure, green, main, red, say, step, yellow } from "./terminal.mjs";
import { RESULTS, readResults, removeResults } from "./test-results.mjs";

const USAGE = `npm test               every test a contributor needs, end to end against the real servers
npm run test:full      the long forms: more kills, longer fuzzing

LIGHTHOUSE_TEST_SEED=N repeats a random test that has failed with seed N; CI=true makes a missing server a failure.`;

await main(async () => {
  const options = process.argv.slice(2);
  if (options.includes("--help")) return say(USAGE);
  const unknown = options.find((option) => option !== "--full");
  if (unknown !== undefined) throw new Failure(`unknown option ${unknown}\n${USAGE}`, 64);

  await setUp({ build: [], debianPackages: FOR_TESTS });
  for (const directory of workspacePackages()) removeResults(directory);
  const env = { PATH, ...(options.includes("--full") ? { LIGHTHOUSE_TEST_FULL: "1" } : {}) };
  const began = Date.now();
  const outside = `--reporter=${join(root, "tools/outside-errors-reporter.mjs")}`;
  const report = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`, outside];
  step("testing every package");
  const arePackagesWell = await runTests("test", report, env);
  step("testing end to end, against the real servers");
  const isWell = (await runTests("test:e2e", report, env)) && arePackagesWell;
  summarise((Date.now() - began) / 1000, isWell);
  return isWell ? 0 : 1;
});

function summarise(seconds, isWell) {
  const results = workspacePackages().flatMap((directory) => readResults(directory) ?? []);
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  say();
  for (const { name, passed, failed, skipped } of results) {
    const mark = failed > 0 ? red("✗") : green("✓");
    const rest = [failed > 0 ? red(`${failed} failed`) : "", skipped > 0 ? yellow(`${skipped} skipped`) : ""];
    say(`${mark} ${name.padEnd(16)} ${[`${String(passed).padStart(5)} passed`, ...rest].filter(Boolean).join(", ")}`);
  }
  for (const { where, line } of results.flatMap(({ failures }) => failures)) {
    say(`${red("✗")} ${where}`);
    say(`    ${line}`);
  }
  if (!isWell && total("failed") === 0) say(`${red("✗")} every test has passed, and a run has failed: see above`);
  say(
    bold(
      `${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped ${dim(`in ${Math.round(seconds)} s`)}`,
    ),
  );
}
