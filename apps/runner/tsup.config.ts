import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";
import { thirdPartyNotices } from "./build/third-party-notices.js";

type EsbuildPlugin = NonNullable<Options["esbuildPlugins"]>[number];

/** A file alone has no packages beside it: what each says of itself is taken when it is built. */
const packageFieldsBuiltIn: EsbuildPlugin = {
  name: "package-fields-built-in",
  setup(build) {
    build.onLoad({ filter: /\/src\/package-fields\.ts$/ }, ({ path }) => {
      const source = readFileSync(new URL("built-in-plugins.ts", `file://${path}`), "utf8");
      const names = [...source.matchAll(/packageFields\("([^"]+)"\)/g)].map(([, name]) => name as string);
      const fields = Object.fromEntries(names.map((name) => [name, packageFieldsOf(name)]));
      const contents = `const fields = ${JSON.stringify(fields)};\nexport const packageFields = (name) => fields[name];\n`;
      return { contents, loader: "js" };
    });
  },
};

function packageFieldsOf(name: string): object {
  const file = fileURLToPath(new URL(`node_modules/${name}/package.json`, import.meta.url));
  const { version, "lighthouse-sd": plugins } = JSON.parse(readFileSync(file, "utf8"));
  return { name, version, "lighthouse-sd": plugins };
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What is in the single file comes with its licences: at its end, and in a file for packages made of it. */
function addNotices(): void {
  const metafile = here("single-file/metafile-esm.json");
  const apache = readFileSync(here("../../LICENSE"), "utf8");
  const notices = thirdPartyNotices(JSON.parse(readFileSync(metafile, "utf8")), here("."), apache);
  rmSync(metafile);
  writeFileSync(here("single-file/THIRD-PARTY-NOTICES.txt"), notices);
  const program = here("single-file/lighthouse-runner.mjs");
  const comment = `/*!\nThis file contains the following packages, under these licences.\n\n${notices.replaceAll("*/", "* /")}*/\n`;
  writeFileSync(program, readFileSync(program, "utf8") + comment);
}

/** Some of what is in the single file asks for Node's modules with `require`. */
const REQUIRE = `import { createRequire as createRequireHere } from "node:module";
const require = createRequireHere(import.meta.url);`;

export default defineConfig([
  {
    entry: ["src/index.ts", "src/bin.ts"],
    format: "esm",
    target: "node20",
    dts: true,
    clean: true,
  },
  {
    entry: { "lighthouse-runner": "src/bin.ts" },
    outDir: "single-file",
    outExtension: () => ({ js: ".mjs" }),
    format: "esm",
    platform: "node",
    target: "node20",
    noExternal: [/.*/],
    splitting: false,
    metafile: true,
    onSuccess: async () => addNotices(),
    clean: true,
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    esbuildPlugins: [packageFieldsBuiltIn],
  },
]);
