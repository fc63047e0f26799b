import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isKind, KINDS } from "./plugin-kinds.js";
import { pluginNames } from "./plugin-names.js";
import { readTemplate, templateVersions } from "./read-template.js";
import { renderPackage } from "./render-package.js";

const USAGE = `npm create @lighthouse-sd/plugin <kind> <name> [directory]

  kind              ${KINDS.join(", ")}
  name              what configuration files call the plugin: nginx
  directory         where it goes; default: the package's name

  --package <name>  default: lighthouse-sd-<name>, which "type: <name>" finds
  --repository      a package of Lighthouse's own repository`;

/** A command line that cannot be understood, or asks for what cannot be done. */
export class CreateError extends Error {}

/** Makes the package that a command line asks for. Resolves with what to say. */
export async function createPlugin(args: readonly string[]): Promise<string> {
  const { values, positionals } = readArguments(args);
  if (values.help === true) return USAGE;
  const [kind, name, directory, ...more] = positionals;
  if (!isKind(kind))
    throw new CreateError(`wanted is a kind (${KINDS.join(", ")}), got ${kind ?? "nothing"}\n\n${USAGE}`);
  if (name === undefined || more.length > 0) throw new CreateError(`wanted are a kind and a name\n\n${USAGE}`);
  const names = pluginNames(name, values.package);
  if (typeof names === "string") throw new CreateError(names);
  const folder = resolve(directory ?? names.packageName.replace(/^.*\//, ""));
  await requireEmpty(folder);
  const home = values.repository === true ? "repository" : "alone";
  const choice = { kind, names, home, versions: await templateVersions() } as const;
  for (const [path, text] of renderPackage(await readTemplate(kind), choice)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return home === "repository" ? `made ${folder}` : nextSteps(folder, names.packageName);
}

function readArguments(args: readonly string[]): {
  readonly values: { readonly package?: string; readonly repository?: boolean; readonly help?: boolean };
  readonly positionals: readonly string[];
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { package: { type: "string" }, repository: { type: "boolean" }, help: { type: "boolean" } },
    });
  } catch (error) {
    throw new CreateError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** What somebody has there stays as it is. */
async function requireEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new CreateError(`${folder} cannot be used: ${error.message}`);
  });
  const entry = found.find((name) => name !== ".git");
  if (entry !== undefined) throw new CreateError(`${folder} is not empty (it has ${entry}); name another directory`);
}

function nextSteps(folder: string, packageName: string): string {
  return `made ${packageName} in ${folder}

  cd ${folder}
  npm install
  npm run build
  npm test              # its own tests, and the contract's promises
  npx lighthouse-runner plugins --plugins-dir .

It works as it is. Start in src/, and see README.md for its keys.`;
}
