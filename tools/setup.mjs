import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDebianPackages } from "./debian-packages.mjs";
import { mustRun, root } from "./run-command.mjs";
import { Failure, step } from "./terminal.mjs";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Everything that `npm start` and `npm test` need before they begin: Node.js, Debian packages, npm packages, a build. */
export async function setUp({ build, debianPackages }) {
  checkNode();
  await ensureDebianPackages(debianPackages);
  await installDependencies();
  step("building what has changed");
  await mustRun(...turbo(["run", "build", ...build.map((name) => `--filter=${name}`), "--output-logs=errors-only"]));
}

/** The command line of a turbo run, as `run` and `mustRun` take it. Turbo looks for pnpm on PATH: npx puts it there. */
export function turbo(args, options = {}) {
  const env = { TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", ...options.env };
  return ["npx", ["-y", manifest.packageManager, "exec", "turbo", ...args], { ...options, env }];
}

/** The command line of pnpm, in the version this workspace names. */
export function pnpm(args, options = {}) {
  return ["npx", ["-y", manifest.packageManager, ...args], options];
}

function checkNode() {
  const [wantedMajor, wantedMinor] = manifest.engines.node.match(/\d+/g).map(Number);
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new Failure(`Node.js ${wantedMajor}.${wantedMinor} or later is needed; this is ${process.versions.node}`);
}

async function installDependencies() {
  if (isInstalled()) return;
  step("installing npm packages");
  await mustRun(...pnpm(["install", "--frozen-lockfile", "--reporter=append-only"]));
}

/** pnpm keeps the lock file that it has installed; where that is ours, and no package has lost its folder, there is
 * nothing to do. */
function isInstalled() {
  const installed = join(root, "node_modules/.pnpm/lock.yaml");
  if (!existsSync(installed)) return false;
  if (readFileSync(installed, "utf8") !== readFileSync(join(root, "pnpm-lock.yaml"), "utf8")) return false;
  return workspacePackages().every((directory) => existsSync(join(directory, "node_modules")));
}

/** The directories of every package of this workspace. */
export function workspacePackages() {
  return ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(root, folder, name))
      .filter((directory) => existsSync(join(directory, "package.json"))),
  );
}
