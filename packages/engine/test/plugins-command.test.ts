import { describe, expect, it, test } from "vitest";
import { runPlugins } from "../src/cli/plugins-command.js";
import type { PluginFinder } from "../src/plugins/plugin-finder.js";
import { ConfigFolder, SMALL } from "./support/config-folder.js";
import { builtIn, TinyBalancer, tinyFinder } from "./support/small-plugins.js";

async function plugins(
  finder: PluginFinder,
  more: { readonly directory?: string; readonly json?: boolean } = {},
): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await runPlugins({ json: false, plugins: finder, out: (part) => (text += part), limitMs: 50, ...more });
  return { code, text };
}

it("is a plain table of what is installed", async () => {
  expect(await plugins(tinyFinder())).toEqual({
    code: 0,
    text: [
      "KIND       NAME  PACKAGE     VERSION  CONTRACT  DEPENDENCIES",
      "balancer   tiny  @test/tiny  1.2.3    1         met",
      "discovery  list  @test/list  1.2.3    1         met",
      "",
    ].join("\n"),
  });
});

it("says for a directory who uses what, asks for the dependencies of its configuration, and fails where one is missing", async () => {
  const { path } = await ConfigFolder.make({
    ...SMALL,
    "balancers/edge.yaml": "type: tiny\ntarget: missing\n",
    "discovery/zk.yaml": "type: zookeper\n",
  });
  const { code, text } = await plugins(tinyFinder(), { directory: path });
  expect(code).toBe(1);
  expect(text).toBe(
    [
      "KIND       NAME      PACKAGE     VERSION  CONTRACT  DEPENDENCIES    USED BY",
      "balancer   tiny      @test/tiny  1.2.3    1         missing         balancers/edge.yaml balancers/tiny.yaml",
      "discovery  list      @test/list  1.2.3    1         met             discovery/list.yaml",
      "discovery  zookeper  -           -        -         cannot be used  discovery/zk.yaml",
      "",
      "balancer tiny: balancers/edge.yaml: the program missing is not installed",
      'discovery zookeper: no discovery plugin "zookeper" was found, built in or in a package zookeper, @lighthouse-sd/zookeper, lighthouse-sd-zookeper under no directory at all: install the package that offers it (there are: list)',
      "",
    ].join("\n"),
  );
});

it("is JSON where asked", async () => {
  const { path } = await ConfigFolder.make(SMALL);
  const { code, text } = await plugins(tinyFinder(), { directory: path, json: true });
  expect(code).toBe(0);
  expect(JSON.parse(text)).toEqual({
    plugins: [
      {
        kind: "balancer",
        name: "tiny",
        package: "@test/tiny",
        version: "1.2.3",
        contract: 1,
        dependenciesMet: true,
        problem: null,
        usedBy: ["balancers/tiny.yaml"],
      },
      {
        kind: "discovery",
        name: "list",
        package: "@test/list",
        version: "1.2.3",
        contract: 1,
        dependenciesMet: true,
        problem: null,
        usedBy: ["discovery/list.yaml"],
      },
    ],
  });
});

describe("a plugin that does not say that all is there", () => {
  test.each<[string, () => Promise<boolean>, string]>([
    ["says no", () => Promise.resolve(false), "balancer bad: its dependencies are not met, and it does not say which"],
    [
      "throws at once",
      () => {
        throw new Error("no such program");
      },
      "balancer bad: no such program",
    ],
    [
      "never answers",
      () => new Promise(() => undefined),
      "balancer bad: validateDependencies did not answer within 0.05 s",
    ],
    [
      "gives nonsense",
      () => Promise.resolve("sure" as never),
      "balancer bad: its dependencies are not met, and it does not say which",
    ],
  ])("%s", async (_what, validateDependencies, reason) => {
    const bad = class extends TinyBalancer {
      static override validateDependencies = validateDependencies;
    };
    const { code, text } = await plugins(tinyFinder(builtIn("balancer", "bad", bad)));
    expect(text).toContain("balancer   bad   @test/bad   1.2.3    1         missing\n");
    expect(text).toContain(`${reason}\n`);
    expect(code).toBe(0);
  });
});

test("a directory that is not there is a wrong call", async () => {
  await expect(plugins(tinyFinder(), { directory: "/nonexistent/lighthouse" })).rejects.toMatchObject({
    name: "UsageError",
  });
});
