// npm run docs:api: makes docs/api, the reference of what every published package exports, from its doc comments. What is
// exported without one, links that lead nowhere and types that are used but not exported are errors. With --check
// nothing is written.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Application, ReflectionKind } from "typedoc";
import { publicPackages } from "./packed-packages.mjs";
import { root } from "./run-command.mjs";
import { Failure, green, main, say } from "./terminal.mjs";

const OUT = join(root, "docs/api");

await main(async () => {
  const [option, ...more] = process.argv.slice(2);
  if (more.length > 0 || (option !== undefined && option !== "--check"))
    throw new Failure("npm run docs:api [-- --check]", 64);
  const directory = mkdtempSync(join(tmpdir(), "lighthouse-api-"));
  try {
    const entries = publicPackages().flatMap(entriesOf);
    const app = await Application.bootstrap(settings(entries, directory));
    const project = await app.convert();
    if (project === undefined || app.logger.hasErrors()) return 1;
    nameModules(project, entries);
    app.validate(project);
    for (const name of undocumentedFunctions(project)) app.logger.warn(`${name} (Function) has no documentation`);
    if (app.logger.hasErrors() || app.logger.hasWarnings()) return 1;
    if (option === undefined) await app.generateOutputs(project);
    say(`${green("✓")} ${entries.length} entries${option === undefined ? `: ${relative(root, OUT)}/index.html` : ""}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** The sources of what a package offers, each with the name it is imported by. */
function entriesOf({ source, manifest }) {
  return Object.entries(manifest.exports ?? {}).flatMap(([entry, { types }]) => {
    const file = join(source, types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts"));
    return existsSync(file) ? [{ name: join(manifest.name, entry), file }] : [];
  });
}

/** Readers look for what they import, not for where it lies. */
function nameModules(project, entries) {
  for (const module of project.children) {
    const file = join(root, module.sources[0].fileName);
    module.name = entries.find((entry) => entry.file === file).name;
  }
}

/** TypeDoc cannot ask it of functions without asking it of every method, those that a contract describes included. */
function undocumentedFunctions(project) {
  return project
    .getReflectionsByKind(ReflectionKind.Function)
    .filter(({ signatures = [] }) => !signatures.some((signature) => signature.hasComment()))
    .map((reflection) => reflection.getFullName());
}

/** Packages see one another's sources, so that the reference of one leads to that of another. */
function settings(entries, directory) {
  const tsconfig = join(directory, "tsconfig.json");
  const compilerOptions = {
    noEmit: true,
    isolatedDeclarations: false,
    declaration: false,
    rootDir: root,
    typeRoots: [join(root, "apps/runner/node_modules/@types")],
    types: ["node"],
    paths: Object.fromEntries(entries.map(({ name, file }) => [name, [file]])),
  };
  const files = entries.map(({ file }) => file);
  writeFileSync(tsconfig, JSON.stringify({ extends: join(root, "tsconfig.base.json"), compilerOptions, files }));
  return {
    name: "Lighthouse",
    entryPoints: files,
    tsconfig,
    basePath: root,
    out: OUT,
    readme: "none",
    excludePrivate: true,
    excludeExternals: true,
    gitRevision: "main",
    sourceLinkTemplate: "https://github.com/lighthouse-sd/lighthouse/blob/{gitRevision}/{path}#L{line}",
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    packagesRequiringDocumentation: publicPackages().map(({ manifest }) => manifest.name),
    requiredToBeDocumented: ["Class", "Interface", "TypeAlias", "Variable", "Enum"],
    logLevel: "Warn",
  };
}
