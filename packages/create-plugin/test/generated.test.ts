import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { KINDS } from "../src/plugin-kinds.js";

const PACKAGE: string = fileURLToPath(new URL("..", import.meta.url));
const MODULES: string = join(PACKAGE, "node_modules");
const CREATE: string = join(PACKAGE, "bin/create-plugin.js");
const RUNNER: string = join(MODULES, "@lighthouse-sd/engine/bin/lighthouse-runner.js");

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "lighthouse-create-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs a program of Node to its end; rejects with all that it wrote where it fails. */
async function node(cwd: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${args.join(" ")} failed: ${stdout}${stderr}`, { cause: error });
  }
}

/** Where each kind's file goes, and what it may hold. */
const FILES = {
  balancer: { "balancers/my-thing.yaml": "file: members\n" },
  discovery: { "discovery/my-thing.yaml": "url: http://127.0.0.1:9/lists\n" },
  check: { "services/web.yaml": "port: 8000\ndiscovery: none\nchecks: { interval: 1s, my-thing: {} }\n" },
};

it.each(KINDS)("a new %s builds, keeps the contract's promises and loads in the runner, as it is", async (kind) => {
  const directory = await temporaryDirectory();
  const made = join(directory, "node_modules", "lighthouse-sd-my-thing");
  await node(directory, CREATE, kind, "my-thing", made);
  await symlink(MODULES, join(made, "node_modules"));
  await node(made, join(MODULES, "typescript/bin/tsc"), "-p", "tsconfig.build.json");
  await node(made, join(MODULES, "typescript/bin/tsc"));
  await node(made, join(MODULES, "vitest/vitest.mjs"), "run", "--reporter=json", "--outputFile=results.json");
  const results = JSON.parse(await readFile(join(made, "results.json"), "utf8")) as Record<string, unknown>;
  expect(results).toMatchObject({ success: true, numPendingTests: 0 });
  expect(results["numPassedTests"]).toBeGreaterThan(15);

  const configuration = join(directory, "configuration");
  for (const [file, text] of Object.entries(FILES[kind])) {
    await mkdir(join(configuration, file, ".."), { recursive: true });
    await writeFile(join(configuration, file), text);
  }
  const { plugins } = JSON.parse(await node(directory, RUNNER, "plugins", configuration, "--json")) as {
    readonly plugins: readonly Readonly<Record<string, unknown>>[];
  };
  expect(plugins.filter((plugin) => plugin["name"] === "my-thing")).toMatchObject([
    { kind, package: "lighthouse-sd-my-thing", contract: 1, dependenciesMet: true, problem: null },
  ]);
});

it("nothing in it names the template's plugin any more", async () => {
  const made = join(await temporaryDirectory(), "made");
  await node(PACKAGE, CREATE, "balancer", "my-thing", made);
  const files = (await readdir(made, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const file of files) {
    expect(file.name).not.toMatch(/acme/i);
    expect(await readFile(join(file.parentPath, file.name), "utf8")).not.toMatch(/acme|\{\{/i);
  }
});

it.each([
  [["balancer"], "wanted are a kind and a name"],
  [["server", "nginx"], "wanted is a kind (balancer, discovery, check), got server"],
  [["balancer", "Nginx!"], '"Nginx!" cannot be a plugin\'s name'],
  [["balancer", "guard"], "cluster files have a key of that name"],
  [["balancer", "nginx", PACKAGE], "is not empty"],
])("%j is refused, saying why", async (args, reason) => {
  await expect(node(await temporaryDirectory(), CREATE, ...args)).rejects.toThrow(reason);
});
