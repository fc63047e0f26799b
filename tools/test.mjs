// npm test: set-up, the tests of every package, and the end-to-end tests against real servers.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { FOR_TESTS, PATH } from "./debian-packages.mjs";
import { run } from "./run-command.mjs";
import { setUp, turbo, workspacePackages } from "./setup.mjs";
import { bold, dim, Failure, green, main, red, say, step, yellow } from "./terminal.mjs";
import { RESULTS, readResults } from "./test-results.mjs";

const USAGE = `npm test               every test a contributor needs, end to end against the real servers
npm run test:full      the long forms: more kills, longer fuzzing

LIGHTHOUSE_TEST_SEED=N repeats a random test that has failed with seed N; CI=true makes a missing server a failure.`;

await main(async () => {
  const options = process.argv.slice(2);
  if (options.includes("--help")) return say(USAGE);
  const unknown = options.find((option) => option !== "--full");
  if (unknown !== undefined) throw new Failure(`unknown option ${unknown}\n${USAGE}`, 64);

  await setUp({ build: [], debianPackages: FOR_TESTS });
  for (const directory of workspacePackages()) rmSync(join(directory, RESULTS), { force: true });
  const env = { PATH, ...(options.includes("--full") ? { LIGHTHOUSE_TEST_FULL: "1" } : {}) };
  const began = Date.now();
  step("testing every package");
  const packages = await runTests("test", env);
  step("testing end to end, against the real servers");
  const endToEnd = await runTests("test:e2e", env);
  summarise((Date.now() - began) / 1000);
  return packages === 0 && endToEnd === 0 ? 0 : 1;
});

async function runTests(task, env) {
  const report = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
  const flags = ["--continue", "--concurrency=2", "--ui=stream", "--output-logs=new-only"];
  return (await run(...turbo(["run", task, ...flags, "--", ...report], { env, show: true }))).code;
}

function summarise(seconds) {
  const results = workspacePackages().flatMap(readResults);
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  say();
  for (const { name, passed, failed, skipped } of results) {
    const mark = failed > 0 ? red("✗") : green("✓");
    const rest = [failed > 0 ? red(`${failed} failed`) : "", skipped > 0 ? yellow(`${skipped} skipped`) : ""];
    say(`${mark} ${name.padEnd(16)} ${[`${String(passed).padStart(5)} passed`, ...rest].filter(Boolean).join(", ")}`);
  }
  for (const failure of results.flatMap(({ failures }) => failures)) say(`${red("✗")} ${failure}`);
  say(
    bold(
      `${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped ${dim(`in ${Math.round(seconds)} s`)}`,
    ),
  );
}
