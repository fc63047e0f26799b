import { readFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { inParallel } from "./in-parallel.mjs";
import { root, run } from "./run-command.mjs";
import { workspacePackages } from "./setup.mjs";
import { say } from "./terminal.mjs";

/** So many packages are tested beside one another: about half of the time their tests wait for what they have started. */
const AT_ONCE = 3;

/** Those that take longest, begun in this order: no long one is left for the end, to run alone. */
const LONGEST = "rabbitmq engine haproxy postgresql create-plugin test-servers etcd runner zookeeper".split(" ");

/** Runs the script of that name in every package that has it, with these arguments; gives whether all have ended well. */
export async function runTests(script, args, env) {
  const tested = workspacePackages().filter((directory) => commandOf(directory, script) !== undefined);
  const ranks = new Map(LONGEST.map((name, rank) => [name, rank]));
  const rank = (directory) => ranks.get(basename(directory)) ?? LONGEST.length;
  const inOrder = tested.toSorted((one, other) => rank(one) - rank(other));
  const codes = await inParallel(AT_ONCE, inOrder, (directory) => runScript(directory, script, args, env));
  return codes.every((code) => code === 0);
}

async function runScript(directory, script, args, env) {
  const name = basename(directory);
  const began = Date.now();
  const options = { cwd: directory, env: { ...env, ...scriptEnv(directory, env) }, show: name };
  const { code } = await run("sh", ["-c", `exec ${commandOf(directory, script)} "$@"`, "sh", ...args], options);
  say(`${name}: ended with ${code} after ${Math.round((Date.now() - began) / 1000)} s`);
  return code;
}

/** As a package manager gives it, but for npm's own variables: they are about the script that npm has been asked for. */
function scriptEnv(directory, { PATH }) {
  const npms = Object.keys(process.env).filter((key) => key.startsWith("npm_"));
  const programs = [directory, root].map((folder) => join(folder, "node_modules/.bin"));
  return { ...Object.fromEntries(npms.map((key) => [key, undefined])), PATH: [...programs, PATH].join(delimiter) };
}

function commandOf(directory, script) {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")).scripts?.[script];
}
