// npm run example -- <name>: runs examples/<name>/run.mjs, which starts real servers, shows what Lighthouse does with
// them, and ends all of it.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FOR_EXAMPLES } from "./debian-packages.mjs";
import { root } from "./run-command.mjs";
import { setUp } from "./setup.mjs";
import { Failure, main, say } from "./terminal.mjs";

const FOLDER = join(root, "examples");
const BUILT = ["@lighthouse-sd/runner", "@lighthouse-sd/test-servers"];

await main(async () => {
  const names = readdirSync(FOLDER).filter((name) => existsSync(programOf(name)));
  const usage = `npm run example -- <name>    one of: ${names.join(", ")}`;
  const [name, ...rest] = process.argv.slice(2);
  if (name === "--help") return say(usage);
  if (rest.length > 0 || !names.includes(name)) throw new Failure(usage, 64);
  await setUp({ build: BUILT, debianPackages: FOR_EXAMPLES[name] ?? [] });
  const { run } = await import(pathToFileURL(programOf(name)).href);
  const stop = new AbortController();
  // The end is orderly and takes a moment; a second Ctrl-C changes nothing.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop.abort());
  return await run({ signal: stop.signal });
});

/** Exports `run({ signal })`: tells its story, ends everything it has started, and returns the exit code. An abort of
 * the signal is a person's wish to end it now. */
function programOf(name) {
  return join(FOLDER, name, "run.mjs");
}
