import { symlink } from "node:fs/promises";
import { describe, expect, it, test } from "vitest";
import { nodeModulesAbove } from "../src/plugins/installed-packages.js";
import type { LoadedPlugin, UnusablePlugin } from "../src/plugins/loaded-plugin.js";
import { isUnusable, PluginFinder } from "../src/plugins/plugin-finder.js";
import { ConfigFolder } from "./support/config-folder.js";
import { builtIn, TinyBalancer } from "./support/small-plugins.js";

/** A balancer that needs no core: plugins are known by their marks alone. */
const BALANCER = `export default class {
  static kind = "balancer";
  static configSchema = {};
  static clusterSchema = {};
  static async validateDependencies() { return true; }
  static validateConfig(config) { return config; }
  applyConfig() {}
  async syncFile() { return { converged: true, changes: [] }; }
}\n`;

interface Package {
  readonly name: string;
  readonly plugins?: readonly Readonly<Record<string, unknown>>[];
  readonly contract?: number;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
}

function nginx(name: string): Package {
  return { name, plugins: [{ kind: "balancer", name: "nginx", export: "." }] };
}

/** A folder with packages in its node_modules. */
async function installed(...packages: readonly Package[]): Promise<ConfigFolder> {
  const folder = await ConfigFolder.make();
  for (const { name, plugins, contract = 1, more, files = { "index.js": BALANCER } } of packages) {
    const declared = plugins === undefined ? {} : { "lighthouse-sd": { contract, plugins } };
    const manifest = { name, version: "2.1.0", type: "module", exports: "./index.js", ...declared, ...more };
    await folder.write(`node_modules/${name}/package.json`, JSON.stringify(manifest));
    for (const [file, text] of Object.entries(files)) await folder.write(`node_modules/${name}/${file}`, text);
  }
  return folder;
}

function finder(...searchFrom: readonly string[]): PluginFinder {
  return new PluginFinder({ builtIn: [], searchFrom });
}

function loaded(found: LoadedPlugin | UnusablePlugin): LoadedPlugin {
  if (isUnusable(found)) throw new Error(found.reason);
  return found;
}

async function reason(found: Promise<LoadedPlugin | UnusablePlugin>, folder?: ConfigFolder): Promise<string> {
  const plugin = await found;
  if (!isUnusable(plugin)) throw new Error(`found ${plugin.packageName}`);
  return folder === undefined ? plugin.reason : plugin.reason.replaceAll(folder.path, "<dir>");
}

describe("a type is found", () => {
  test.each([
    ["by the package of that name", "@acme/lighthouse-nginx", nginx("@acme/lighthouse-nginx")],
    ["in the family's scope", "nginx", nginx("@lighthouse-sd/nginx")],
    ["by the family's prefix", "nginx", nginx("lighthouse-sd-nginx")],
    ["in a package of another name that declares it", "nginx", nginx("@lighthouse-sd/web-servers")],
    ["in a prefixed package of another name that declares it", "nginx", nginx("lighthouse-sd-web-servers")],
    [
      "by package and name",
      "@acme/many#nginx",
      {
        name: "@acme/many",
        plugins: [
          { kind: "balancer", name: "apache" },
          { kind: "balancer", name: "nginx" },
        ],
      },
    ],
    [
      "behind conditions of its exports",
      "nginx",
      {
        ...nginx("lighthouse-sd-nginx"),
        more: { exports: { ".": { types: "./x.d.ts", import: "./esm/entry.mjs", require: "./no.cjs" } } },
        files: { "esm/entry.mjs": BALANCER },
      },
    ],
    [
      "at an entry of its own",
      "nginx",
      {
        name: "lighthouse-sd-nginx",
        plugins: [{ kind: "balancer", name: "nginx", export: "./balancer" }],
        more: { exports: { ".": "./none.js", "./balancer": { node: { default: "./b.js" } } } },
        files: { "b.js": BALANCER },
      },
    ],
    [
      "without exports, by main",
      "nginx",
      {
        ...nginx("lighthouse-sd-nginx"),
        more: { exports: undefined, main: "lib/main.js" },
        files: { "lib/main.js": BALANCER },
      },
    ],
    ["without exports and main", "nginx", { ...nginx("lighthouse-sd-nginx"), more: { exports: undefined } }],
    [
      "compiled to CommonJS",
      "nginx",
      {
        ...nginx("lighthouse-sd-nginx"),
        more: { type: "commonjs" },
        files: { "index.js": BALANCER.replace("export default", "exports.__esModule = true; exports.default =") },
      },
    ],
    [
      "with a contract number of its own",
      "nginx",
      {
        name: "lighthouse-sd-nginx",
        contract: 0,
        plugins: [
          { kind: "balancer", name: "nginx", contract: 1 },
          { kind: "check", name: "nginx" },
        ],
      },
    ],
    [
      "beside a kind that is not known yet",
      "nginx",
      {
        name: "lighthouse-sd-nginx",
        plugins: [
          { kind: "oracle", name: "nginx" },
          { kind: "balancer", name: "nginx" },
        ],
      },
    ],
  ] satisfies [string, string, Package][])("%s", async (_what, type, declared) => {
    const folder = await installed(declared);
    const found = loaded(await finder(folder.path).find("balancer", type));
    const { kind, name, packageName, version, contract } = found;
    expect({ kind, name, packageName, version, contract }).toEqual({
      kind: "balancer",
      name: "nginx",
      packageName: declared.name,
      version: "2.1.0",
      contract: 1,
    });
    expect(found.plugin.kind).toBe("balancer");
  });

  it("among the built-in ones before all others, whose code does not even run", async () => {
    const folder = await installed({ ...nginx("@lighthouse-sd/tiny"), files: { "index.js": "process.exit(9)" } });
    const builtInFirst = new PluginFinder({
      builtIn: [builtIn("balancer", "tiny", TinyBalancer)],
      searchFrom: [folder.path],
    });
    expect(loaded(await builtInFirst.find("balancer", "tiny")).plugin).toBe(TinyBalancer);
    expect(loaded(await builtInFirst.find("balancer", "@test/tiny")).plugin).toBe(TinyBalancer);
  });

  it("in the first of the places, and from there upwards", async () => {
    const near = await installed(nginx("lighthouse-sd-nginx"));
    const far = await installed(nginx("@lighthouse-sd/nginx"));
    await near.write("deep/down/here.txt", "");
    const found = await finder(near.at("deep/down"), far.path).find("balancer", "nginx");
    expect(loaded(found).packageName).toBe("lighthouse-sd-nginx");
  });

  it("through the links that pnpm makes", async () => {
    const store = await installed(
      { ...nginx("lighthouse-sd-nginx"), files: { "index.js": `import "needed";\n${BALANCER}` } },
      {
        name: "needed",
        files: { "index.js": "export {};" },
      },
    );
    const folder = await ConfigFolder.make({ "node_modules/.keep": "" });
    await symlink(store.at("node_modules/lighthouse-sd-nginx"), folder.at("node_modules/lighthouse-sd-nginx"));
    expect(loaded(await finder(folder.path).find("balancer", "nginx")).version).toBe("2.1.0");
  });

  it("once: the same object at every call", async () => {
    const folder = await installed(nginx("lighthouse-sd-nginx"));
    const own = finder(folder.path);
    const [first, second] = await Promise.all([
      own.find("balancer", "nginx"),
      own.find("balancer", "lighthouse-sd-nginx"),
    ]);
    expect(second).toBe(first);
    expect(own.known().map(({ name, where }) => `${name} ${where}`)).toEqual([
      `nginx ${folder.at("node_modules/lighthouse-sd-nginx")}`,
    ]);
  });

  it("as soon as it is installed", async () => {
    const folder = await ConfigFolder.make();
    const own = finder(folder.path);
    expect(isUnusable(await own.find("balancer", "nginx"))).toBe(true);
    const { name, ...rest } = nginx("lighthouse-sd-nginx");
    await folder.write(
      `node_modules/${name}/package.json`,
      JSON.stringify({ name, version: "1.0.0", type: "module", "lighthouse-sd": { contract: 1, ...rest } }),
    );
    await folder.write(`node_modules/${name}/index.js`, BALANCER);
    expect(loaded(await own.find("balancer", "nginx")).version).toBe("1.0.0");
  });
});

describe("a plugin that cannot be used: who, what was wanted, what was found, what to do", () => {
  const who = 'balancer "nginx" of package lighthouse-sd-nginx 2.1.0 (<dir>/node_modules/lighthouse-sd-nginx)';
  const own = nginx("lighthouse-sd-nginx");
  test.each<[string, Package, string]>([
    [
      "a later contract",
      { ...own, contract: 2 },
      `${who} was written for contract 2 of its kind; this engine speaks contract 1: update @lighthouse-sd/engine (or the runner)`,
    ],
    [
      "an earlier contract",
      { ...own, contract: 0 },
      `${who} was written for contract 0 of its kind; this engine speaks contract 1: update lighthouse-sd-nginx`,
    ],
    [
      "code that throws",
      { ...own, files: { "index.js": 'throw new Error("no license")' } },
      `${who} cannot be loaded: no license; install it again, then restart`,
    ],
    [
      "no such entry",
      { ...own, more: { exports: { "./other": "./index.js" } } },
      `${who} cannot be loaded: "exports" in its package.json has no entry "." that can be imported; install it again, then restart`,
    ],
    [
      "an entry that leads out of the package",
      { ...own, more: { exports: "./../../../evil.js" } },
      `${who} cannot be loaded: its entry "." leads out of the package; install it again, then restart`,
    ],
    [
      "no class",
      { ...own, files: { "index.js": "export default {};" } },
      `${who} is no balancer plugin: its default export must be a class, got object; this is for its author to mend`,
    ],
    [
      "no default export",
      { ...own, files: { "index.js": "export class Nginx {}" } },
      `${who} is no balancer plugin: its default export must be a class, got undefined; this is for its author to mend`,
    ],
    [
      "another kind",
      { ...own, files: { "index.js": BALANCER.replace('"balancer"', '"discovery"') } },
      `${who} is no balancer plugin: static kind must be "balancer", got "discovery"; this is for its author to mend`,
    ],
    [
      "members that are missing",
      {
        ...own,
        files: {
          "index.js": 'export default class { static kind = "balancer"; static configSchema = {}; applyConfig() {} }',
        },
      },
      `${who} is no balancer plugin: it lacks static clusterSchema, static validateDependencies(), static validateConfig(), syncFile(); this is for its author to mend`,
    ],
  ])("%s", async (_what, declared, expected) => {
    const folder = await installed(declared);
    expect(await reason(finder(folder.path).find("balancer", "nginx"), folder)).toBe(expected);
  });

  const none = (type: string): string =>
    `no balancer plugin "${type}" was found, built in or in a package ${type}, @lighthouse-sd/${type}, lighthouse-sd-${type} under <dir>/node_modules`;
  test.each<[string, string, Package, string]>([
    ["a package of that name that is none of ours", "nginx", { name: "nginx" }, `${none("nginx")}, `],
    ["a name that is nearly right", "ngimx", own, 'did you mean "nginx"?'],
    ["nothing like it", "varnish", own, "install the package that offers it (there are: nginx)"],
    [
      "a package with several",
      "@acme/many",
      {
        name: "@acme/many",
        plugins: [
          { kind: "balancer", name: "a" },
          { kind: "balancer", name: "b" },
        ],
      },
      'package @acme/many has several balancer plugins: write "@acme/many#a" or "@acme/many#b"',
    ],
    [
      "a package of another kind",
      "@acme/d",
      { name: "@acme/d", plugins: [{ kind: "discovery", name: "d" }] },
      'package @acme/d is there, but offers only discovery "d"',
    ],
    [
      "a declaration that is none",
      "nginx",
      { name: "lighthouse-sd-nginx", plugins: [{ kind: "balancer", name: "a b" }] },
      'package lighthouse-sd-nginx (<dir>/node_modules/lighthouse-sd-nginx) is there, but "lighthouse-sd" in its package.json: plugins[0].name: must be a name of letters, digits, dots, _ and -, got "a b"',
    ],
    ["a path", "../../evil", own, '"../../evil" is neither the name of a plugin nor that of a package'],
    ["an empty type", "", own, '"" is neither the name of a plugin nor that of a package'],
  ])("%s", async (_what, type, declared, expected) => {
    const folder = await installed(declared);
    expect(await reason(finder(folder.path).find("balancer", type), folder)).toContain(expected);
  });

  it("a package.json that is no JSON", async () => {
    const folder = await ConfigFolder.make({ "node_modules/lighthouse-sd-nginx/package.json": "{" });
    const text = await reason(finder(folder.path).find("balancer", "nginx"), folder);
    expect(text).toContain(
      "package lighthouse-sd-nginx in <dir>/node_modules is there, but its package.json cannot be read: ",
    );
  });

  it("the others go on", async () => {
    const folder = await installed(
      { ...own, files: { "index.js": "throw 1" } },
      { ...nginx("lighthouse-sd-good"), plugins: [{ kind: "balancer", name: "good" }] },
    );
    const both = finder(folder.path);
    expect(isUnusable(await both.find("balancer", "nginx"))).toBe(true);
    expect(isUnusable(await both.find("balancer", "good"))).toBe(false);
  });
});

test("node_modules are looked for as Node does, each place once", () => {
  expect(nodeModulesAbove(["/a/node_modules/b", "/a"])).toEqual([
    "/a/node_modules/b/node_modules",
    "/a/node_modules",
    "/node_modules",
  ]);
});
