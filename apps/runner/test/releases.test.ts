import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { tempDirectory } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../bin/lighthouse-runner.js", import.meta.url));
const run = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
}

/** This workspace as far as releases go, in a directory of its own, everything in it released once. */
async function releasedOnce(): Promise<string> {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  for (const path of ["package.json", "pnpm-workspace.yaml", ".changeset/config.json"]) {
    await cp(join(ROOT, path), join(directory.path, path));
  }
  for (const path of await packagePaths()) {
    const manifest: Manifest = JSON.parse(await readFile(join(ROOT, path), "utf8"));
    const version = manifest.version === "0.0.0" ? "0.1.0" : manifest.version;
    await mkdir(dirname(join(directory.path, path)), { recursive: true });
    await writeFile(join(directory.path, path), JSON.stringify({ ...manifest, version }));
  }
  const git = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...git, "commit", "-qm", "released once"],
  ]) {
    await run("git", args, { cwd: directory.path });
  }
  return directory.path;
}

async function packagePaths(): Promise<readonly string[]> {
  const folders = await Promise.all(
    ["packages", "apps"].map(async (folder) => (await readdir(join(ROOT, folder))).map((name) => join(folder, name))),
  );
  return folders
    .flat()
    .map((folder) => join(folder, "package.json"))
    .filter((path) => existsSync(join(ROOT, path)));
}

async function versions(directory: string): Promise<Readonly<Record<string, string>>> {
  const manifests = await Promise.all(
    (await packagePaths()).map(async (path) => JSON.parse(await readFile(join(directory, path), "utf8")) as Manifest),
  );
  return Object.fromEntries(
    manifests.filter((manifest) => !manifest.private).map(({ name, version }) => [name, version]),
  );
}

/** What a release with one changeset gives a new version. */
async function released(directory: string, name: string, size: string): Promise<Readonly<Record<string, string>>> {
  const before = await versions(directory);
  const changeset = `---\n"${name}": ${size}\n---\n\nWhat is different for users.\n`;
  await writeFile(join(directory, ".changeset/one.md"), changeset);
  await run(process.execPath, [join(ROOT, "node_modules/@changesets/cli/bin.js"), "version"], { cwd: directory });
  const after = Object.entries(await versions(directory));
  return Object.fromEntries(after.filter(([other, version]) => before[other] !== version));
}

describe("a release", { timeout: 180_000 }, () => {
  test("of a patch to one plugin is that plugin and the bundle alone, with changelogs that say what is different", async () => {
    const directory = await releasedOnce();
    expect(await released(directory, "@lighthouse-sd/haproxy", "patch")).toEqual({
      "@lighthouse-sd/haproxy": "0.1.1",
      "@lighthouse-sd/runner": "0.1.1",
    });
    const changelog = (folder: string): Promise<string> => readFile(join(directory, folder, "CHANGELOG.md"), "utf8");
    expect(await changelog("packages/haproxy")).toMatch(
      /^# @lighthouse-sd\/haproxy\n\n## 0\.1\.1\n\n### Patch Changes\n\n- (\w+: )?What is different for users\.\n$/,
    );
    expect(await changelog("apps/runner")).toMatch(
      /- Updated dependencies[^\n]*\n {2}- @lighthouse-sd\/haproxy@0\.1\.1\n$/,
    );
  });

  test("of a minor of core is no release of any plugin", async () => {
    expect(await released(await releasedOnce(), "@lighthouse-sd/core", "minor")).toEqual({
      "@lighthouse-sd/core": "1.1.0",
      "@lighthouse-sd/runner": "0.1.1",
    });
  });
});

test("of a contract with a new number, old plugins are refused, and told what to update", {
  timeout: 180_000,
}, async () => {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  const plugin = join(directory.path, "node_modules/lighthouse-sd-old");
  const declared = { contract: 0, plugins: [{ kind: "balancer", name: "old", export: "." }] };
  const manifest = { name: "lighthouse-sd-old", version: "0.9.0", type: "module", exports: "./index.js" };
  await mkdir(plugin, { recursive: true });
  await writeFile(join(plugin, "package.json"), JSON.stringify({ ...manifest, "lighthouse-sd": declared }));
  await writeFile(join(plugin, "index.js"), "throw new Error('none of its code is run');\n");
  await mkdir(join(directory.path, "conf/balancers"), { recursive: true });
  await writeFile(join(directory.path, "conf/balancers/old.yaml"), "{}\n");
  const checked = run(process.execPath, [PROGRAM, "check", join(directory.path, "conf")]);
  await expect(checked).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/contract 0 of its kind; this engine speaks contract 1: update lighthouse-sd-old/),
  });
});
