import type { Kind } from "./plugin-kinds.js";
import type { PluginNames } from "./plugin-names.js";
import { renderManifest } from "./render-manifest.js";

/** Where a package is to live: on its own, or in Lighthouse's own repository. */
export type Home = "alone" | "repository";

/** What a new package is made from. */
export interface PackageChoice {
  readonly kind: Kind;
  readonly names: PluginNames;
  readonly home: Home;
  /** The versions of what it depends on, as a package.json writes them, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The files of a new package, by path, from those of its kind's template. */
export function renderPackage(
  template: ReadonlyMap<string, string>,
  choice: PackageChoice,
): ReadonlyMap<string, string> {
  const { names, home } = choice;
  const own = [...template].map(([path, text]) => [renamed(path, names), renamed(text, names)] as const);
  const settings = home === "alone" ? aloneSettings() : repositorySettings();
  return new Map([["package.json", json(renderManifest(choice))], ...settings, ["vitest.config.ts", VITEST], ...own]);
}

const VITEST = `import { defineConfig } from "vitest/config";

export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
`;

/** The templates are of a plugin called acme. */
function renamed(text: string, { name, pascal, packageName }: PluginNames): string {
  return text
    .replaceAll("{{package}}", packageName)
    .replaceAll("{{install}}", `npm install @lighthouse-sd/engine @lighthouse-sd/core ${packageName}`)
    .replaceAll("Acme", pascal)
    .replaceAll("acme", name);
}

const COMPILER_OPTIONS = {
  target: "ES2023",
  lib: ["ES2023"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  declaration: true,
  skipLibCheck: true,
};

function aloneSettings(): readonly (readonly [string, string])[] {
  return [
    [".gitignore", "node_modules/\ndist/\n"],
    ["tsconfig.json", json({ compilerOptions: { ...COMPILER_OPTIONS, noEmit: true }, include: ["src", "test"] })],
    [
      "tsconfig.build.json",
      json({
        extends: "./tsconfig.json",
        compilerOptions: { noEmit: false, rootDir: "src", outDir: "dist" },
        include: ["src"],
      }),
    ],
  ];
}

function repositorySettings(): readonly (readonly [string, string])[] {
  const tsup = `import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node20",
  dts: true,
  clean: true,
});
`;
  return [
    ["tsconfig.json", `{\n  "extends": "../../tsconfig.base.json",\n  "include": ["src", "test"]\n}\n`],
    ["tsup.config.ts", tsup],
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
