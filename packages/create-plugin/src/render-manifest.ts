import type { PackageChoice } from "./render-package.js";

/** The contract number that the templates are written for. */
const CONTRACT = 1;

const DESCRIPTIONS = {
  balancer: (name: string) => `Lighthouse balancer for ${name}`,
  discovery: (name: string) => `Lighthouse discovery in ${name}`,
  check: (name: string) => `Lighthouse check of ${name}`,
};

/** A check needs nothing that plugins share. */
const NEEDS_KIT = { balancer: true, discovery: true, check: false };

/** What a package is published from with provenance. */
const REPOSITORY = { type: "git", url: "git+https://github.com/lighthouse-sd/lighthouse.git" };

/** The package.json of a new plugin. */
export function renderManifest({ kind, names, home, versions }: PackageChoice): Readonly<Record<string, unknown>> {
  const alone = home === "alone";
  const of = (...packages: readonly string[]): Record<string, string> =>
    Object.fromEntries(packages.map((name) => [name, version(versions, name)]));
  const tools = ["@types/node", ...(alone ? [] : ["tsup"]), "typescript", "vitest"];
  const engine = alone ? ["@lighthouse-sd/engine"] : [];
  return {
    name: names.packageName,
    version: alone ? "0.1.0" : "0.0.0",
    description: DESCRIPTIONS[kind](names.name),
    keywords: ["lighthouse-sd", "service-discovery", names.name],
    license: "Apache-2.0",
    ...(alone ? {} : { repository: { ...REPOSITORY, directory: `packages/${names.name}` } }),
    type: "module",
    engines: { node: ">=20.19" },
    "lighthouse-sd": { contract: CONTRACT, plugins: [{ kind, name: names.name, export: "." }] },
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
    files: ["dist"],
    publishConfig: { access: "public" },
    scripts: alone
      ? {
          build: "tsc -p tsconfig.build.json",
          types: "tsc",
          test: "vitest run",
          prepublishOnly: "npm run build && npm run types && npm test",
        }
      : { build: "tsup", types: "tsc", test: "vitest run --passWithNoTests" },
    ...(NEEDS_KIT[kind] ? { dependencies: of("@lighthouse-sd/plugin-kit") } : {}),
    peerDependencies: { "@lighthouse-sd/core": "^1.0.0" },
    devDependencies: of("@lighthouse-sd/conformance", "@lighthouse-sd/core", ...engine, ...tools),
  };
}

function version(versions: Readonly<Record<string, string>>, name: string): string {
  const found = versions[name];
  if (found === undefined) throw new Error(`this package does not say which version of ${name} it was tested with`);
  return found;
}
