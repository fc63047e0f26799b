// npm run check:packages: packs every public package as it would be published, and checks what is in it, and that each
// works where nothing but it and what it needs is installed. With names (`-- haproxy files`): those packages alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inParallel } from "./in-parallel.mjs";
import { installAlone } from "./install-alone.mjs";
import { contentProblems } from "./package-contents.mjs";
import { neededFor, packAll, publicPackages } from "./packed-packages.mjs";
import { TRIALS } from "./plugin-trials.mjs";
import { mustRun, root, run } from "./run-command.mjs";
import { turbo } from "./setup.mjs";
import { bold, dim, Failure, green, main, say, step } from "./terminal.mjs";

const ENGINE = "@lighthouse-sd/engine";
const SERVERS = "@lighthouse-sd/test-servers";
const bin = (name) => join(root, "node_modules/.bin", name);

await main(async () => {
  const all = publicPackages();
  const names = chosen(process.argv.slice(2), all);
  const beside = names.flatMap((name) => TRIALS[name]?.beside ?? []);
  const needed = neededFor([ENGINE, ...names, ...beside], all);
  const directory = mkdtempSync(join(tmpdir(), "lighthouse-packages-"));
  try {
    const filters = [SERVERS, ...needed].map((name) => `--filter=${name}`);
    await mustRun(...turbo(["run", "build", ...filters, "--output-logs=errors-only"]));
    step(`packing ${needed.length} packages`);
    const packed = await packAll(
      all.filter(({ manifest }) => needed.includes(manifest.name)),
      directory,
    );
    const problems = (await inParallel(2, packed, check)).flat();
    if (problems.length > 0) throw new Failure(problems.join("\n"));
    step("installing each into an empty directory, and running it there");
    const base = await installAlone(ENGINE, { directory, all, packed });
    const trees = await inParallel(2, names, (name) => installAlone(name, { directory, all, packed, base }));
    show(base, trees);
    say(`${green("✓")} ${names.length} packages: contents, types, installed alone with npm and pnpm, run`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** The packages that were named, with or without the scope; all where none was. */
function chosen(typed, all) {
  const names = all.map(({ manifest }) => manifest.name);
  if (typed.length === 0) return names;
  return typed.map((word) => {
    const name = names.find((candidate) => candidate === word || candidate === `@lighthouse-sd/${word}`);
    if (name === undefined) throw new Failure(`no package ${word}; there are: ${names.join(", ")}`, 64);
    return name;
  });
}

/** What publint, are-the-types-wrong and we find in one tarball. */
async function check({ name, tarball, manifest }) {
  const tools = [
    [bin("publint"), ["--strict", tarball]],
    ...(manifest.exports === undefined ? [] : [[bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"]]]),
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

/** What each takes on disk, and what it brings along beside the engine. */
function show(base, trees) {
  say();
  say(`  ${bold("package".padEnd(28))}${bold("packages".padStart(9))}${bold("MB".padStart(7))}  beside the engine's`);
  for (const { name, names, bytes, tried } of trees) {
    const own = names.filter((other) => other !== name && !base.names.includes(other));
    const row = name.padEnd(28) + String(names.length).padStart(9) + (bytes / 1e6).toFixed(1).padStart(7);
    say(`${tried ? green("✓") : " "} ${row}  ${dim(own.join(", ") || "nothing")}`);
  }
  say(dim("  ✓ was run against its real server"));
  say();
}
