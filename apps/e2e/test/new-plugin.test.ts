import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WorkspaceCopy } from "../src/workspace-copy.js";

const BUNDLE = "apps/runner/src/built-in-plugins.ts";

describe("npm run new-plugin", () => {
  let copy: WorkspaceCopy;
  /** As it was before the first plugin. */
  let sources: ReadonlyMap<string, string>;

  beforeAll(async () => {
    copy = await WorkspaceCopy.create();
    sources = await copy.sources();
  }, 300_000);
  afterAll(() => copy?.remove());

  function newPlugin(...args: readonly string[]): Promise<string> {
    return copy.run(["npm", "run", "--silent", "new-plugin", "--", ...args]);
  }

  /** What npm runs, without the time that npm itself takes. */
  function newPluginAlone(...args: readonly string[]): Promise<string> {
    return copy.run([process.execPath, "tools/new-plugin.mjs", ...args]);
  }

  it.each([
    [["balancer"], "wanted are a kind and a name"],
    [["balancer", "one", "two"], "wanted are a kind and a name"],
    [["server", "my-thing"], "wanted is a kind (balancer, check, discovery), got server"],
    [["balancer", "my-thing", "--quick"], "Unknown option '--quick'"],
    [["balancer", "My Thing"], '"My Thing" cannot be a plugin\'s name'],
    [["balancer", "../my-thing"], '"../my-thing" cannot be a plugin\'s name'],
    [["discovery", "haproxy"], "packages/haproxy is called @lighthouse-sd/haproxy already"],
    [["balancer", "runner"], "apps/runner is called @lighthouse-sd/runner already"],
    [["check", "redis"], "packages/checks has the check redis already"],
  ])("%j is refused, saying why, and leaves nothing behind", { timeout: 120_000 }, async (args, reason) => {
    await expect(newPluginAlone(...args)).rejects.toThrow(reason);
    expect(await copy.sources()).toEqual(sources);
  });

  it("puts everything back where a step fails", { timeout: 120_000 }, async () => {
    const text = await copy.read(BUNDLE);
    const odd = `${text}// The end.\n`;
    await writeFile(copy.path(BUNDLE), odd);
    await expect(newPluginAlone("balancer", "my-thing")).rejects.toThrow(`${BUNDLE} does not end with its list`);
    expect(await copy.sources()).toEqual(new Map([...sources, [BUNDLE, odd]]));
    await writeFile(copy.path(BUNDLE), text);
  });

  it("makes a balancer, a discovery and a check that build, pass their suites and load in the runner", {
    timeout: 300_000,
  }, async () => {
    const plugins = [
      { kind: "balancer", name: "my-thing" },
      { kind: "discovery", name: "zoo" },
      { kind: "check", name: "a1" },
    ];
    for (const { kind, name } of plugins) await newPlugin(kind, name, "--no-build");
    await copy.link();
    const made = plugins.map(({ name }) => copy.path("packages", name));
    await copy.run(["node_modules/.bin/biome", "ci", ...made, "apps/runner"]);

    await Promise.all(made.map((folder) => copy.run(["node_modules/.bin/tsup"], folder)));
    const suites = made.map(async (folder) => {
      await copy.run(["node_modules/.bin/vitest", "run", "--reporter=json", "--outputFile=results.json"], folder);
      return JSON.parse(await readFile(join(folder, "results.json"), "utf8")) as Readonly<Record<string, unknown>>;
    });
    for (const results of await Promise.all(suites)) {
      expect(results).toMatchObject({ success: true, numPendingTests: 0 });
      expect(results["numPassedTests"]).toBeGreaterThan(15);
    }

    const runner = copy.path("apps/runner");
    await copy.run(["node_modules/.bin/tsup", "--no-dts"], runner);
    const listed = await copy.run([process.execPath, "bin/lighthouse-runner.js", "plugins", "--json"], runner);
    const { plugins: loaded } = JSON.parse(listed) as { readonly plugins: readonly unknown[] };
    for (const plugin of plugins) {
      const wanted = { ...plugin, package: `@lighthouse-sd/${plugin.name}`, dependenciesMet: true, problem: null };
      expect(loaded).toContainEqual(expect.objectContaining(wanted));
    }
  });
});
