import { symlink, writeFile } from "node:fs/promises";
import type { JsonSchema } from "@lighthouse-sd/core";
import { describe, expect, it, test } from "vitest";
import { runCheck } from "../src/cli/check-command.js";
import type { PluginFinder } from "../src/plugins/plugin-finder.js";
import { ConfigFolder, SMALL } from "./support/config-folder.js";
import { scriptedCheck } from "./support/scripted-check.js";
import { builtIn, TinyBalancer, TinyDiscovery, tinyFinder } from "./support/small-plugins.js";

async function check(
  files: Readonly<Record<string, string>>,
  plugins: PluginFinder = tinyFinder(),
): Promise<{ code: number; errors: readonly string[]; notices: readonly string[] }> {
  const { path } = await ConfigFolder.make(files);
  return checkFolder(path, plugins);
}

async function checkFolder(
  directory: string,
  plugins: PluginFinder = tinyFinder(),
): Promise<{ code: number; errors: readonly string[]; notices: readonly string[] }> {
  let text = "";
  const code = await runCheck({ directory, json: true, plugins, out: (part) => (text += part) });
  const { valid, errors, notices } = JSON.parse(text);
  expect(valid).toBe(code === 0);
  const [first, second] = [errors, notices].map((all: readonly Record<string, unknown>[]) =>
    all.map(({ file, line, column, message }) => `${file}${line === null ? "" : `:${line}:${column}`} ${message}`),
  );
  return { code, errors: first ?? [], notices: second ?? [] };
}

/** The small directory with some files in another version. */
function small(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...SMALL, ...files };
}

/** A discovery that takes no block, and one that takes any. */
const PLAIN = builtIn(
  "discovery",
  "plain",
  class extends TinyDiscovery {
    static override readonly clusterSchema: never = undefined as never;
  },
);
const LOOSE = builtIn(
  "discovery",
  "loose",
  class extends TinyDiscovery {
    static override readonly clusterSchema: JsonSchema = { type: "object" };
  },
);

/** A discovery that services can be registered with, and two checks. */
const REPORTING = [
  builtIn(
    "discovery",
    "zookeeper",
    class extends TinyDiscovery {
      override report(): Promise<void> {
        return Promise.resolve();
      }
    },
  ),
  builtIn("check", "http", scriptedCheck().plugin),
  builtIn("check", "redis", scriptedCheck().plugin),
];

/** Services of which one thing is wrong, beside a discovery that they can be registered with. */
function service(text: string): Readonly<Record<string, string>> {
  return { "discovery/zookeeper.yaml": "{}\n", "services/web.yaml": text };
}

describe("a valid directory", () => {
  it("has no error and no notice", async () => {
    expect(await check(SMALL)).toEqual({ code: 0, errors: [], notices: [] });
  });

  test.each<[string, Record<string, string>]>([
    ["both endings", small({ "clusters/shop.yml": "discovery: list\ntiny: {port: 82}\n" })],
    ["a quoted port", small({ "clusters/web.yaml": 'discovery: list\ntiny: {port: "80"}\n' })],
    ["another name for a cluster", small({ "clusters/web.yaml": "name: shop\ndiscovery: list\ntiny: {port: 80}\n" })],
    [
      "an instance of another name, by type",
      small({
        "balancers/edge.yaml": "type: tiny\ntarget: /etc/edge\n",
        "clusters/web.yaml": "discovery: list\nedge: {port: 80}\n",
      }),
    ],
    [
      "an instance of another name, by name",
      small({
        "balancers/tiny.yaml": "name: edge\ntarget: /etc/edge\n",
        "clusters/web.yaml": "discovery: list\nedge: {port: 80}\n",
        "clusters/api.yaml": "discovery: list\nedge: {port: 81}\n",
      }),
    ],
    [
      "a block for the discovery",
      small({ "clusters/web.yaml": "discovery: list\nlist: {tag: a}\ntiny: {port: 80}\n" }),
    ],
    [
      "a balancer and a discovery of one name, with a block for both",
      small({ "discovery/tiny.yaml": "type: loose\n", "clusters/web.yaml": "discovery: tiny\ntiny: {port: 80}\n" }),
    ],
    [
      "a balancer and a discovery of one name, with a block for the balancer alone",
      small({ "discovery/tiny.yaml": "type: plain\n", "clusters/web.yaml": "discovery: tiny\ntiny: {port: 80}\n" }),
    ],
    [
      "a guard and a meta cluster",
      small({
        "clusters/web.yaml": "discovery: list\nmeta_cluster: shop\nguard: {confirm_after: off}\ntiny: {port: 80}\n",
      }),
    ],
    [
      "off where it means something",
      small({ "balancers/tiny.yaml": "target: x\ndrain: off\n", "discovery/list.yaml": "ttl: off\n" }),
    ],
    [
      "hidden files, backups and others",
      small({
        "clusters/.web.yaml.swp": "{",
        "clusters/web.yaml~": "{",
        "clusters/notes.txt": "{",
        "nodes/web.yaml": "[",
        "clusters/.x.yaml": "{",
      }),
    ],
    [
      "merge keys",
      small({
        "clusters/web.yaml": "defaults: &d\n  port: 80\ndiscovery: list\ntiny:\n  <<: *d\n",
      }),
    ],
    [
      "a service as Lighthouse 1.0.0 has it",
      small({
        "discovery/zookeeper.yaml": "{}\n",
        "services/cache.yaml": [
          "port: 6379",
          'discovery: "zookeeper"',
          'host: "127.0.0.1"',
          "metadata: {role: master}",
          "checks:",
          "  interval: 3",
          "  redis: {rise: 2, fall: 1}",
          "  http: {uri: /health, rise: 1, fall: 1}",
          "",
        ].join("\n"),
      }),
    ],
  ])("%s", async (what, files) => {
    const { code, errors, notices } = await check(files, tinyFinder(PLAIN, LOOSE, ...REPORTING));
    expect(errors).toEqual([]);
    expect(code).toBe(0);
    if (what !== "merge keys") expect(notices).toEqual([]);
  });
});

describe("one mistake, told at its place", () => {
  test.each<[string, Record<string, string>, readonly string[]]>([
    [
      "text that does not parse",
      { "clusters/web.yaml": "discovery: [\n" },
      [
        "clusters/web.yaml:2:1 is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
      ],
    ],
    ["an empty file", { "logging.yaml": "" }, ["logging.yaml:1:1 the file is empty"]],
    [
      "a value of a block",
      { "clusters/web.yaml": "discovery: list\ntiny:\n  port: 80a\n" },
      ['clusters/web.yaml:3:9 tiny.port: must be an integer from 1 to 65535, got "80a"'],
    ],
    [
      "a value that came by a merge",
      { "clusters/web.yaml": "d: &d\n  port: 80a\ndiscovery: list\ntiny:\n  <<: *d\n" },
      ['clusters/web.yaml:2:9 tiny.port: must be an integer from 1 to 65535, got "80a"'],
    ],
    [
      "an unknown key of a block",
      { "clusters/web.yaml": "discovery: list\ntiny:\n  port: 80\n  tsl: true\n" },
      ['clusters/web.yaml:4:3 tiny.tsl: unknown key "tsl"; did you mean "tls"?'],
    ],
    [
      "a bare word where a boolean is wanted",
      { "clusters/web.yaml": "discovery: list\ntiny: {port: 80, tls: yes}\n" },
      ['clusters/web.yaml:2:23 tiny.tls: must be true or false, got "yes"'],
    ],
    [
      "a discovery that is not there",
      { "clusters/web.yaml": "discovery: lists\ntiny: {port: 80}\n" },
      ['clusters/web.yaml:1:12 discovery: there is no discovery "lists"; did you mean "list"?'],
    ],
    [
      "a cluster without discovery",
      { "clusters/web.yaml": "tiny: {port: 80}\n" },
      ['clusters/web.yaml:1:1 "discovery" is required'],
    ],
    [
      "an unknown key that is no block",
      { "clusters/web.yaml": "discovery: list\nmeta_clutser: shop\ntiny: {port: 80}\n" },
      ['clusters/web.yaml:2:1 meta_clutser: unknown key "meta_clutser"; did you mean "meta_cluster"?'],
    ],
    [
      "a balancer's configuration",
      { "balancers/tiny.yaml": "targte: x\n" },
      [
        'balancers/tiny.yaml:1:1 "target" is required',
        'balancers/tiny.yaml:1:1 targte: unknown key "targte"; did you mean "target"?',
      ],
    ],
    [
      "a discovery's configuration",
      { "discovery/list.yaml": "ttl: soon\n" },
      ['discovery/list.yaml:1:6 ttl: must be a duration such as 250ms, 30s, 5m, or off, got "soon"'],
    ],
    [
      "a discovery that takes no block",
      {
        "discovery/plain.yaml": "{}\n",
        "clusters/web.yaml": "discovery: plain\nplain: {}\ntiny: {port: 80}\n",
      },
      ['clusters/web.yaml:2:1 plain: the discovery "plain" takes no block'],
    ],
    [
      "both endings of one name",
      { "clusters/web.yml": "discovery: list\ntiny: {port: 80}\n" },
      ["clusters/web.yaml there is also clusters/web.yml; remove one of the two"],
    ],
    [
      "a reserved name",
      { "balancers/guard.yaml": "type: tiny\ntarget: x\n" },
      [
        'balancers/guard.yaml:1:1 the name "guard" has a meaning of its own in the files of clusters (as have name, discovery, meta_cluster, guard, type); give another one',
      ],
    ],
    [
      "a reserved name by name",
      { "discovery/more.yaml": "type: list\nname: type\n" },
      [
        'discovery/more.yaml:2:7 name: the name "type" has a meaning of its own in the files of clusters (as have name, discovery, meta_cluster, guard, type); give another one',
      ],
    ],
    [
      "a name that is none",
      { "balancers/tiny.yaml": "target: x\nname: ../x\n" },
      [
        'balancers/tiny.yaml:2:7 name: must be a name of letters, digits, dots, _ and - that does not begin with a dot, got "../x"',
      ],
    ],
    [
      "a service's name that is none",
      service("port: 1\nname: 5\ndiscovery: zookeeper\n"),
      [
        "services/web.yaml:2:7 name: must be a name of letters, digits, dots, _ and - that does not begin with a dot, got 5",
      ],
    ],
    [
      "a service without a port",
      service("discovery: zookeeper\n"),
      ['services/web.yaml:1:1 "port" or "ports" is required'],
    ],
    [
      "a service's port that is none",
      service("ports: [80, 80a]\ndiscovery: zookeeper\n"),
      ['services/web.yaml:1:13 ports[1]: must be an integer from 1 to 65535, got "80a"'],
    ],
    [
      "an unknown key of a service",
      service("port: 80\ndiscovery: zookeeper\nmetdata: {}\n"),
      ['services/web.yaml:3:1 metdata: unknown key "metdata"; did you mean "metadata"?'],
    ],
    [
      "a service's discovery that is not there",
      service("port: 80\ndiscovery: zookeper\n"),
      ['services/web.yaml:2:12 discovery: there is no discovery "zookeper"; did you mean "zookeeper"?'],
    ],
    [
      "a service's discovery that only reads",
      service("port: 80\ndiscovery: list\n"),
      [
        'services/web.yaml:2:12 discovery: services cannot be registered with the discovery "list": its plugin @test/list 1.2.3 only reads',
      ],
    ],
    [
      "a check that nobody offers, and all else that is wrong with its service",
      service("port: 0\ndiscovery: lst\nchecks:\n  htpp: {}\n"),
      [
        "services/web.yaml:1:7 port: must be an integer from 1 to 65535, got 0",
        'services/web.yaml:2:12 discovery: there is no discovery "lst"; did you mean "list"?',
        'services/web.yaml:4:3 checks.htpp: no check plugin "htpp" was found, built in or in a package htpp, @lighthouse-sd/htpp, lighthouse-sd-htpp under no directory at all: did you mean "http"?',
      ],
    ],
    [
      "a check's own key",
      service("port: 80\ndiscovery: zookeeper\nchecks:\n  http:\n    uir: /\n"),
      ['services/web.yaml:5:5 checks.http.uir: unknown key "uir"; did you mean "uri"?'],
    ],
    [
      "a check's key that is the engine's",
      service("port: 80\ndiscovery: zookeeper\nchecks:\n  http:\n    rize: 2\n"),
      ['services/web.yaml:5:5 checks.http.rize: unknown key "rize"; did you mean "rise"?'],
    ],
    [
      "a rise that is none",
      service("port: 80\ndiscovery: zookeeper\nchecks:\n  http: {rise: 0}\n"),
      ["services/web.yaml:4:16 checks.http.rise: must be an integer of at least 1, got 0"],
    ],
    [
      "an interval that is nearly none",
      service("port: 80\ndiscovery: zookeeper\nchecks: {interval: 0, http: {timeout: 1ms}}\n"),
      [
        "services/web.yaml:3:20 checks.interval: must be at least 10ms, got 0",
        'services/web.yaml:3:39 checks.http.timeout: must be at least 10ms, got "1ms"',
      ],
    ],
    [
      "an interval mistyped",
      service("port: 80\ndiscovery: zookeeper\nchecks: {intervall: 3, http: {}}\n"),
      ['services/web.yaml:3:10 checks.intervall: unknown key "intervall"; did you mean "interval"?'],
    ],
    [
      "two services of one name",
      {
        ...service("port: 80\ndiscovery: zookeeper\n"),
        "services/api.yaml": "name: web\nport: 81\ndiscovery: zookeeper\n",
      },
      ['services/web.yaml:1:1 the name "web" is also that of services/api.yaml; give one of them another name'],
    ],
    [
      "metadata that no reader of the registry would take",
      service(`port: 80\ndiscovery: zookeeper\nmetadata: {text: "${"x".repeat(40_000)}"}\n`),
      ["services/web.yaml:3:11 metadata: has 40011 characters; the limit is 32768"],
    ],
    [
      "a file name with a space",
      { "clusters/my web.yaml": "discovery: list\n" },
      [
        "clusters/my web.yaml its name must be a name of letters, digits, dots, _ and - that does not begin with a dot, before .yaml or .yml",
      ],
    ],
    [
      "a type that is no word",
      { "balancers/tiny.yaml": "type: [tiny]\ntarget: x\n" },
      ['balancers/tiny.yaml:1:7 type: must be the name of a balancer plugin or of its package, got ["tiny"]'],
    ],
    [
      "a file too large",
      { "clusters/web.yaml": `discovery: list\n#${"x".repeat(1_048_576)}` },
      ["clusters/web.yaml has 1048593 bytes; the limit is 1048576"],
    ],
    ["what is not UTF-8", { "runner.yaml": "name: \ufffd" }, []],
  ])("%s", async (what, files, expected) => {
    const { path } = await ConfigFolder.make(small(files));
    if (what === "what is not UTF-8") await writeFile(`${path}/runner.yaml`, Buffer.from([0x61, 0xff, 0x0a]));
    const { code, errors } = await checkFolder(path, tinyFinder(PLAIN, ...REPORTING));
    expect(errors).toEqual(what === "what is not UTF-8" ? ["runner.yaml is not UTF-8 text"] : expected);
    expect(code).toBe(1);
  });

  it("says which plugin is missing, where it looked, and which are there", async () => {
    const { errors } = await check(small({ "balancers/edge.yaml": "type: tny\ntarget: x\n" }));
    expect(errors).toEqual([
      'balancers/edge.yaml:1:7 type: no balancer plugin "tny" was found, built in or in a package tny, @lighthouse-sd/tny, lighthouse-sd-tny under no directory at all: did you mean "tiny"?',
    ]);
  });

  it("tells what cannot be read: a folder, a dangling link", async () => {
    const folder = await ConfigFolder.make(SMALL);
    await folder.write("clusters/folder.yaml/inside.txt", "");
    await symlink("nowhere", folder.at("clusters/link.yaml"));
    expect((await checkFolder(folder.path)).errors).toEqual([
      "clusters/folder.yaml is not a regular file",
      "clusters/link.yaml is a symbolic link to something that is not there",
    ]);
  });
});

describe("mistakes between files", () => {
  test.each<[string, Record<string, string>, readonly string[]]>([
    [
      "one name in two files",
      { "clusters/shop.yaml": "name: web\ndiscovery: list\ntiny: {port: 82}\n" },
      ['clusters/web.yaml:1:1 the name "web" is also that of clusters/shop.yaml; give one of them another name'],
    ],
    [
      "two clusters on one port",
      { "clusters/shop.yaml": "discovery: list\ntiny:\n  port: 80\n" },
      ["clusters/web.yaml:3:9 tiny.port: port 80 is also that of shop"],
    ],
    [
      "a cluster on a port of its balancer",
      { "balancers/tiny.yaml": "target: x\nstats_port: 80\n" },
      ["clusters/web.yaml:3:9 tiny.port: port 80 is also that of statistics"],
    ],
  ])("%s", async (_what, files, expected) => {
    const { code, errors } = await check(small(files));
    expect(errors).toEqual(expected);
    expect(code).toBe(1);
  });
});

it("tells all errors of all files at once, sorted", async () => {
  const { errors } = await check({
    "runner.yaml": "http: {listen: nowhere}\npeer_prot: 1\n",
    "balancers/tiny.yaml": "target: x\n",
    "discovery/list.yaml": "{}\n",
    "clusters/b.yaml": "discovery: elsewhere\nguard: {min_nodes: -1}\ntiny: {port: 0, tls: 5}\n",
    "clusters/a.yaml": "a: 1\na: 2\n",
  });
  expect(errors).toEqual([
    'clusters/a.yaml:2:1 the key "a" is there twice in one mapping',
    'clusters/b.yaml:1:12 discovery: there is no discovery "elsewhere"; there are: list',
    "clusters/b.yaml:2:20 guard.min_nodes: must be an integer of at least 0, got -1",
    "clusters/b.yaml:3:14 tiny.port: must be an integer from 1 to 65535, got 0",
    "clusters/b.yaml:3:22 tiny.tls: must be true or false, got 5",
    'runner.yaml:1:16 http.listen: must be ADDRESS:PORT (for example 127.0.0.1:9470) or off, got "nowhere"',
    'runner.yaml:2:1 peer_prot: unknown key "peer_prot"; did you mean "peer_port"?',
  ]);
});

it("does not blame clusters for a discovery or balancer that is broken", async () => {
  const { errors, notices } = await check(small({ "discovery/list.yaml": "pth: x\n", "balancers/tiny.yaml": "{\n" }));
  expect(errors.map((error) => error.split(" ")[0])).toEqual(["balancers/tiny.yaml:2:1", "discovery/list.yaml:1:1"]);
  expect(notices).toContain(
    "clusters/web.yaml:1:12 discovery: discovery/list.yaml has no valid version: the members of this cluster stay as they are",
  );
  expect(notices).toContain("clusters/web.yaml:2:1 tiny: not used: balancers/tiny.yaml has no valid version");
});

describe("notices", () => {
  test.each<[string, Record<string, string>, readonly string[]]>([
    [
      "a block for a balancer of another host",
      { "clusters/web.yaml": "discovery: list\nrabbitmq: {}\ntiny: {port: 80}\n" },
      ['clusters/web.yaml:2:1 rabbitmq: not used: this host has no balancer "rabbitmq"'],
    ],
    [
      "a block that looks like a slip",
      { "clusters/web.yaml": "discovery: list\ntinny: {port: 80}\n" },
      [
        "clusters/web.yaml:1:1 no block for a balancer of this host, so none carries it; this host has: tiny",
        'clusters/web.yaml:2:1 tinny: not used: this host has no balancer "tinny"; did you mean "tiny"?',
      ],
    ],
    [
      "a block for a discovery it does not use",
      {
        "discovery/more.yaml": "type: list\n",
        "clusters/web.yaml": "discovery: list\nmore: {}\ntiny: {port: 80}\n",
      },
      ['clusters/web.yaml:2:1 more: not used: the discovery of this cluster is "list"'],
    ],
    [
      "a bare word in a block",
      { "clusters/web.yaml": "discovery: list\ntiny:\n  port: 80\n  lines: [no]\n" },
      ['clusters/web.yaml:4:11 the bare word no is the text "no" in YAML 1.2; write false, or "no" in quotes'],
    ],
    [
      "a bare word in a service",
      service("port: 1\ndiscovery: zookeeper\nmetadata: {tls: yes}\nchecks:\n  http: {https: yes}\n"),
      ['services/web.yaml:3:17 the bare word yes is the text "yes" in YAML 1.2; write true, or "yes" in quotes'],
    ],
    [
      "a service without checks",
      service("port: 1\ndiscovery: zookeeper\n"),
      ["services/web.yaml:1:1 has no checks: it is always up, whether it works or not"],
    ],
    [
      "metadata that balancers will not use",
      service("port: 1\ndiscovery: zookeeper\nchecks: {http: {}}\nmetadata: {weight: heavy}\n"),
      ['services/web.yaml:4:11 metadata: metadata.weight must be an integer from 0 to 256, got "heavy"'],
    ],
    [
      "files in the wrong place",
      { "haproxy.yaml": "{}", "cluster/web.yaml": "{}" },
      [
        'cluster is not read; did you mean "clusters"?',
        "haproxy.yaml is not read; here only runner.yaml and logging.yaml are, the rest belongs into balancers/, discovery/, clusters/, services/",
      ],
    ],
    [
      "a Python logging configuration",
      { "logging.yaml": "version: 1\nroot: {level: DEBUG}\n" },
      [
        "logging.yaml:1:1 a Python logging configuration: root.level is taken (debug); without meaning here: version. Write level and format instead",
      ],
    ],
  ])("%s", async (_what, files, expected) => {
    expect(await check(small(files), tinyFinder(...REPORTING))).toEqual({ code: 0, errors: [], notices: expected });
  });

  it("says so of a directory with nothing in it", async () => {
    const { code, notices } = await check({});
    expect(code).toBe(0);
    expect(notices).toEqual([
      ". has no configuration file: they are runner.yaml, logging.yaml and those in balancers/, discovery/, clusters/, services/",
    ]);
  });
});

describe("a plugin that misbehaves spoils its own file and nothing else", () => {
  const who = "balancers/bad.yaml:1:1 the balancer plugin @test/bad 1.2.3: ";
  test.each<[string, unknown, string]>([
    [
      "throws",
      class extends TinyBalancer {
        static override validateConfig(): never {
          throw new TypeError("x is not a function");
        }
      },
      "its validateConfig failed: x is not a function",
    ],
    [
      "throws no error",
      class extends TinyBalancer {
        static override validateConfig(): never {
          throw "tantrum";
        }
      },
      "its validateConfig failed: tantrum",
    ],
    [
      "gives nothing",
      class extends TinyBalancer {
        static override validateConfig(): never {
          return undefined as never;
        }
      },
      "its validateConfig must return the configuration, it returned nothing",
    ],
    [
      "gives a promise",
      class extends TinyBalancer {
        static override validateConfig(): never {
          return Promise.reject(new Error("late")) as never;
        }
      },
      "its validateConfig must return the configuration at once, it returned a promise",
    ],
    [
      "gives problems that are none",
      class extends TinyBalancer {
        static override validateConfig(): never {
          throw Object.assign(new Error("bad"), { code: "LIGHTHOUSE_CONFIG", problems: [{ path: "x" }] });
        }
      },
      "its validateConfig failed: bad",
    ],
    [
      "never ends",
      class extends TinyBalancer {
        static override validateConfig(): never {
          for (;;);
        }
      },
      "its validateConfig failed: its validateConfig did not come to an end within 5 s and was stopped",
    ],
    [
      "has a schema that is none",
      class extends TinyBalancer {
        static override readonly clusterSchema: { type: string } = { type: "thing" };
      },
      "its clusterSchema cannot be used: schema is invalid: data/type must be equal to one of the allowed values",
    ],
    [
      "fails over clusters",
      class extends TinyBalancer {
        static override validateClusters(): never {
          throw new Error("boom");
        }
      },
      "its validateClusters failed: boom",
    ],
    [
      "gives nonsense over clusters",
      class extends TinyBalancer {
        static override validateClusters(): never {
          return 5 as never;
        }
      },
      "its validateClusters must return a list of problems",
    ],
  ])("%s", { timeout: 60_000 }, async (_what, plugin, message) => {
    const { errors } = await check(
      small({ "balancers/bad.yaml": "target: x\n" }),
      tinyFinder(builtIn("balancer", "bad", plugin)),
    );
    expect([...new Set(errors)]).toHaveLength(1);
    expect(errors[0]?.startsWith(`${who}${message}`)).toBe(true);
  });

  it("cannot change what it is given to check", async () => {
    const seen: unknown[] = [];
    const greedy = class extends TinyBalancer {
      static override validateConfig(config: unknown): never {
        seen.push(structuredClone(config));
        Object.assign(config as object, { spoiled: true });
        return config as never;
      }
    };
    const { path } = await ConfigFolder.make(small({ "balancers/bad.yaml": "type: bad\nname: bad\ntarget: x\n" }));
    const finder = tinyFinder(builtIn("balancer", "bad", greedy));
    await checkFolder(path, finder);
    await checkFolder(path, finder);
    expect(seen).toEqual([{ target: "x" }, { target: "x" }]);
  });
});

describe("its output for people", () => {
  async function text(files: Readonly<Record<string, string>>): Promise<string> {
    const { path } = await ConfigFolder.make(files);
    let all = "";
    await runCheck({ directory: path, json: false, plugins: tinyFinder(), out: (part) => (all += part) });
    return all;
  }

  it("has errors, then notices, then how many", async () => {
    const files = small({
      "clusters/web.yaml": "discovery: list\ntiny: {port: 80a}\n",
      "clusters/api.yaml": "discovery: list\nguard: 5\n",
      "haproxy.yaml": "{}",
    });
    expect(await text(files)).toBe(
      [
        "clusters/api.yaml:2:8 guard: must be a mapping of keys to values, got 5",
        'clusters/web.yaml:2:14 tiny.port: must be an integer from 1 to 65535, got "80a"',
        "",
        "notice: clusters/api.yaml:1:1 no block for a balancer of this host, so none carries it; this host has: tiny",
        "notice: haproxy.yaml is not read; here only runner.yaml and logging.yaml are, the rest belongs into balancers/, discovery/, clusters/, services/",
        "",
        "4 files, 2 errors, 2 notices",
        "",
      ].join("\n"),
    );
  });

  it("is one line where all is well", async () => {
    expect(await text(SMALL)).toBe("4 files, 0 errors\n");
  });

  test.each([
    ["does not exist", "/nonexistent/lighthouse"],
    ["is no directory", "/etc/passwd"],
  ])("what %s is a wrong call", async (wrong, directory) => {
    const call = runCheck({ directory, json: false, plugins: tinyFinder(), out: () => undefined });
    await expect(call).rejects.toMatchObject({
      name: "UsageError",
      message: `${directory} ${wrong}; give the configuration directory`,
    });
  });
});
