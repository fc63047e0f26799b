import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";

type EsbuildPlugin = NonNullable<Options["esbuildPlugins"]>[number];

const source = (name: string): string => fileURLToPath(new URL(`src/${name}`, import.meta.url));

/** What is built into the script wants to be named wherever it goes. */
function licences(): string {
  const texts = ["preact", "@preact/signals"].map((name) => {
    const file = new URL(`node_modules/${name}/LICENSE`, import.meta.url);
    return `${name}\n\n${readFileSync(file, "utf8").trim()}`;
  });
  return `/*! Lighthouse, Apache-2.0, with:\n\n${texts.join("\n\n")}\n*/`;
}

/** What a browser runs is built into a module as text: a runner that is one file has its page in it. */
const pageBuiltIn: EsbuildPlugin = {
  name: "page-built-in",
  setup(build) {
    build.onResolve({ filter: /^built-page$/ }, () => ({ path: "built-page", namespace: "built-page" }));
    build.onLoad({ filter: /.*/, namespace: "built-page" }, async () => {
      const { outputFiles, metafile } = await build.esbuild.build({
        entryPoints: { page: source("main.tsx"), style: source("style/page.css") },
        outdir: "/",
        bundle: true,
        minify: true,
        write: false,
        metafile: true,
        format: "esm",
        target: ["chrome117", "firefox120", "safari17.4"],
        jsx: "automatic",
        jsxImportSource: "preact",
        banner: { js: licences() },
      });
      const built = (extension: string) => {
        const text = outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? "";
        const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
        return { path: `/page/${hash}${extension}`, text };
      };
      const [script, style] = [built(".js"), built(".css")];
      const html = readFileSync(source("files/page.html"), "utf8")
        .replace("%script%", script.path)
        .replace("%style%", style.path)
        .replaceAll(/\n\s*/g, "\n");
      const values = { html, script, style };
      const contents = Object.entries(values).map(
        ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
      );
      const watchFiles = Object.keys(metafile.inputs).map((path) => join(process.cwd(), path));
      return { contents: contents.join("\n"), loader: "js", watchFiles };
    });
  },
};

export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node20",
  dts: true,
  clean: true,
  esbuildPlugins: [pageBuiltIn],
});
