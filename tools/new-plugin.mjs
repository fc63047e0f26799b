// npm run new-plugin <kind> <name>: a package of this repository for a new plugin, and its place in the runner.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { KeptFiles } from "./kept-files.mjs";
import { lockDependency, lockNewPackage } from "./lock-new-package.mjs";
import { pluginsOf } from "./packed-packages.mjs";
import { mustRun, root, run } from "./run-command.mjs";
import { pnpm, turbo, workspacePackages } from "./setup.mjs";
import { bold, Failure, green, main, say, step } from "./terminal.mjs";

const CREATE = "packages/create-plugin";
const KINDS = readdirSync(join(root, CREATE, "templates")).sort();
const USAGE = `npm run new-plugin <kind> <name>

  kind           ${KINDS.join(", ")}
  name           what configuration files call the plugin: nginx

  -- --no-build  only make it: link and build nothing, and leave docs/keys.md to npm run docs:keys`;

await main(async () => {
  const { kind, name, builds } = readArguments(process.argv.slice(2));
  requireFree(kind, name);
  const packageName = `@lighthouse-sd/${name}`;
  const files = new KeptFiles();
  try {
    await makePackage(kind, name, packageName, files);
    addToWorkspace(kind, name, packageName, files);
    const own = [`packages/${name}`, "apps/runner/package.json", "apps/runner/src/built-in-plugins.ts"];
    await mustRun(join(root, "node_modules/.bin/biome"), ["check", "--write", ...own]);
    if (builds) await linkAndBuild(packageName, files);
  } catch (error) {
    files.putBack();
    throw error;
  }
  say(`${green("✓")} packages/${name}: ${packageName}${builds ? " builds, and the runner has it" : ""}`);
  say(`  ${bold(`npx pnpm --filter ${packageName} test`)} runs its tests; docs/writing-a-${kind}.md goes on from here`);
});

function readArguments(args) {
  let parsed;
  try {
    parsed = parseArgs({ args, allowPositionals: true, options: { "no-build": { type: "boolean" } } });
  } catch (error) {
    throw new Failure(`${error.message}\n\n${USAGE}`, 64);
  }
  const [kind, name, ...more] = parsed.positionals;
  if (kind === undefined || name === undefined || more.length > 0)
    throw new Failure(`wanted are a kind and a name\n\n${USAGE}`, 64);
  if (!KINDS.includes(kind)) throw new Failure(`wanted is a kind (${KINDS.join(", ")}), got ${kind}\n\n${USAGE}`, 64);
  return { kind, name, builds: parsed.values["no-build"] !== true };
}

/** Neither the folder, nor the package's name, nor the plugin's may be another's. */
function requireFree(kind, name) {
  for (const directory of workspacePackages()) {
    const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    const where = relative(root, directory);
    const plugin = pluginsOf(manifest).find((entry) => entry.kind === kind && entry.name === name);
    if (plugin !== undefined)
      throw new Failure(`${where} has the ${kind} ${name} already; give yours another name`, 64);
    if (manifest.name === `@lighthouse-sd/${name}`)
      throw new Failure(`${where} is called ${manifest.name} already; give yours another name`, 64);
  }
  if (name === basename(name) && existsSync(join(root, "packages", name)))
    throw new Failure(`there is a folder packages/${name} already; give yours another name, or remove it`, 64);
}

/** The package as `npm create @lighthouse-sd/plugin` makes it, with the settings of this repository. */
async function makePackage(kind, name, packageName, files) {
  // It needs nothing that would have to be built before.
  await mustRun(join(root, CREATE, "node_modules/.bin/tsup"), [], { cwd: join(root, CREATE) });
  const create = join(root, CREATE, "bin/create-plugin.js");
  const folder = join(root, "packages", name);
  const args = [create, "--repository", "--package", packageName, "--", kind, name, folder];
  if (name === basename(name)) files.add(`packages/${name}`);
  const { code, stderr } = await run(process.execPath, args);
  if (code !== 0) throw new Failure(stderr.trim(), code);
}

/** The bundle has every first-party plugin; a release says that it is new. */
function addToWorkspace(kind, name, packageName, files) {
  const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
  files.edit("pnpm-lock.yaml", (text) => {
    return lockDependency(lockNewPackage(text, name, manifest), "apps/runner", { name, packageName });
  });
  files.edit("apps/runner/package.json", (text) => {
    const runner = JSON.parse(text);
    const dependencies = Object.entries({ ...runner.dependencies, [packageName]: "workspace:*" });
    runner.dependencies = Object.fromEntries(dependencies.sort(([a], [b]) => (a < b ? -1 : 1)));
    return `${JSON.stringify(runner, null, 2)}\n`;
  });
  files.edit("apps/runner/src/built-in-plugins.ts", (text) => {
    const entry = `  { manifest: packageFields("${packageName}"), load: () => import("${packageName}") },\n`;
    if (!text.endsWith("\n];\n")) throw new Failure("apps/runner/src/built-in-plugins.ts does not end with its list");
    return `${text.slice(0, -"];\n".length)}${entry}];\n`;
  });
  const release = (wanted, says) => `---\n"${wanted}": minor\n---\n\n${says}\n`;
  files.write(`.changeset/${name}-first-release.md`, release(packageName, `First release: a ${kind} for ${name}.`));
  files.write(
    `.changeset/runner-${name}.md`,
    release("@lighthouse-sd/runner", `The runner brings the ${kind} \`${name}\`.`),
  );
}

async function linkAndBuild(packageName, files) {
  step("linking it into the workspace");
  await mustRun(...pnpm(["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"]));
  step("building it, and the runner with it");
  const filters = [packageName, "@lighthouse-sd/runner"].map((name) => `--filter=${name}`);
  await mustRun(...turbo(["run", "build", ...filters, "--output-logs=errors-only"]));
  files.edit("docs/keys.md", (text) => text);
  await mustRun(process.execPath, [join(root, "tools/keys.mjs")]);
}
