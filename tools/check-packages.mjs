// npm run check:packages: packs every public package as it would be published, and checks what is in it and that it
// works where it is installed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentProblems } from "./package-contents.mjs";
import { mustRun, root, run } from "./run-command.mjs";
import { pnpm, turbo, workspacePackages } from "./setup.mjs";
import { Failure, green, main, say, step } from "./terminal.mjs";

const bin = (name) => join(root, "node_modules/.bin", name);

await main(async () => {
  const directory = mkdtempSync(join(tmpdir(), "lighthouse-packages-"));
  try {
    await mustRun(...turbo(["run", "build", "--output-logs=errors-only"]));
    const packed = await packAll(directory);
    const problems = (await Promise.all(packed.map(check))).flat();
    if (problems.length > 0) throw new Failure(problems.join("\n"));
    await checkInstalled("every package", join(directory, "all"), packed);
    const some = ["engine", "core", "haproxy", "files", "plugin-kit"].map((name) => `@lighthouse-sd/${name}`);
    await checkInstalled(
      "only some plugins",
      join(directory, "some"),
      packed.filter(({ name }) => some.includes(name)),
    );
    say(`${green("✓")} ${packed.length} packages: contents, types, imports, commands`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

async function packAll(directory) {
  step("packing every public package");
  const sources = workspacePackages().map((source) => ({
    source,
    manifest: JSON.parse(readFileSync(join(source, "package.json"), "utf8")),
  }));
  return Promise.all(
    sources
      .filter(({ manifest }) => !manifest.private)
      .map(async ({ source, manifest }) => {
        const { stdout } = await mustRun(...pnpm(["pack", "--json", "--pack-destination", directory], { cwd: source }));
        const { filename } = JSON.parse(stdout.slice(stdout.indexOf("{")));
        return { name: manifest.name, tarball: filename, manifest };
      }),
  );
}

/** What publint, are-the-types-wrong and we find in one tarball. */
async function check({ name, tarball, manifest }) {
  const tools = [
    [bin("publint"), ["--strict", tarball]],
    [bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"]],
  ];
  const said = await Promise.all(
    tools.map(async ([file, args]) => {
      const { code, stdout, stderr } = await run(file, args);
      return code === 0 ? [] : [`${name}: ${stdout}${stderr}`];
    }),
  );
  const { stdout: listing } = await mustRun("tar", ["-tzf", tarball]);
  const contents = contentProblems(manifest, listing.trim().split("\n"));
  return [...said.flat(), ...contents.map((problem) => `${name}: ${problem}`)];
}

/** Installs the tarballs with npm where nothing of this workspace is in reach, imports each, and runs the command. */
async function checkInstalled(what, directory, packed) {
  step(`installing ${what} into an empty directory`);
  mkdirSync(directory);
  writeFileSync(join(directory, "package.json"), '{"private": true, "type": "module"}\n');
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await mustRun("npm", ["install", ...quiet, ...packed.map(({ tarball }) => tarball)], { cwd: directory });
  for (const { name } of packed) {
    const script = `const entry = await import(${JSON.stringify(name)}); if (Object.keys(entry).length === 0) throw new Error("${name} exports nothing")`;
    await mustRun(process.execPath, ["--input-type=module", "-e", script], { cwd: directory });
  }
  const { stdout } = await mustRun(join(directory, "node_modules/.bin/lighthouse-runner"), ["plugins", "--json"], {
    cwd: directory,
  });
  for (const plugin of packed.flatMap(({ manifest }) => manifest["lighthouse-sd"]?.plugins ?? [])) {
    if (!stdout.includes(JSON.stringify(plugin.name))) {
      throw new Failure(
        `with ${what} installed, lighthouse-runner plugins does not list ${plugin.kind} ${plugin.name}:\n${stdout}`,
      );
    }
  }
}
