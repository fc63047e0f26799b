import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runLighthouse } from "@lighthouse-sd/test-servers";
import { beforeAll, describe, expect, it } from "vitest";
import { underlinedIn } from "../src/yaml-editor.js";

const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));

/** As they are asked for on the command line. */
const SCHEMAS = [
  "runner",
  "logging",
  "cluster",
  "service",
  "balancer haproxy",
  "balancer rabbitmq",
  "balancer postgresql",
  "discovery file",
  "discovery dns",
  "discovery etcd",
  "discovery zookeeper",
] as const;

type Schema = (typeof SCHEMAS)[number];

const printed = new Map<Schema, object>();

async function printSchemas(names: readonly Schema[]): Promise<void> {
  for (const name of names) {
    const { code, stdout, stderr } = await runLighthouse(["schema", ...name.split(" ")]);
    expect([name, code, stderr]).toEqual([name, 0, ""]);
    printed.set(name, JSON.parse(stdout));
  }
}

beforeAll(async () => {
  await Promise.all([0, 1].map((half) => printSchemas(SCHEMAS.filter((_, index) => index % 2 === half))));
});

function underlined(schema: Schema, text: string) {
  const found = printed.get(schema);
  if (found === undefined) throw new Error(`schema ${schema} was not printed`);
  return underlinedIn(text, found);
}

const FOLDERS: Readonly<Record<string, "balancer" | "discovery" | "cluster" | "service">> = {
  balancers: "balancer",
  discovery: "discovery",
  clusters: "cluster",
  services: "service",
};

/** The schema for a file of a configuration directory. */
function schemaFor(file: string): Schema {
  const [folder = "", name = ""] = file.replace(/\.ya?ml$/, "").split("/");
  const kind = FOLDERS[folder];
  const wanted = kind === undefined ? folder : kind === "cluster" || kind === "service" ? kind : `${kind} ${name}`;
  const schema = SCHEMAS.find((candidate) => candidate === wanted);
  if (schema === undefined) throw new Error(`no schema for ${file}`);
  return schema;
}

describe("an editor with the YAML language server and our schemas", () => {
  it.each(["quickstart", "lighthouse-1.0"])("underlines nothing in the example %s", async (example) => {
    const directory = join(EXAMPLES, example);
    const files = (await readdir(directory, { recursive: true })).filter(
      (file) => /\.ya?ml$/.test(file) && !file.startsWith("nodes/"),
    );
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      expect([file, await underlined(schemaFor(file), await readFile(join(directory, file), "utf8"))]).toEqual([
        file,
        [],
      ]);
    }
  });

  it.each<[Schema, string]>([
    [
      "runner",
      'http: { listen: "127.0.0.1:9470", token_file: token }\nsettle: { min: 20ms, max: 1.5 }\npeer_port: 1024\n',
    ],
    ["logging", "level: debug\nformat: json\n"],
    ["cluster", "discovery: etcd\nguard: { window: 5m, confirm_after: off }\nrabbitmq: { seeds: [rabbit@mq1] }\n"],
    ["service", "port: '80'\ndiscovery: etcd\nchecks:\n  interval: 2s\n  http: { uri: /health, rise: 2 }\n  tcp: {}\n"],
    ["balancer rabbitmq", "type: rabbitmq\nconfig_file: /etc/rabbitmq/conf.d/90.conf\nnodename: rabbit@localhost\n"],
    ["balancer postgresql", "clients:\n  service_file: /etc/pg_service.conf\n"],
    ["discovery dns", "servers: [127.0.0.1]\n"],
    ["discovery etcd", "hosts: [127.0.0.1:2379]\nusername: fleet\npassword_file: /etc/lighthouse/etcd.pass\n"],
    ["discovery zookeeper", "hosts: [127.0.0.1:2181]\npath: /lighthouse\n"],
  ])("underlines nothing in a good %s file", async (schema, text) => {
    expect(await underlined(schema, text)).toEqual([]);
  });

  it.each<[Schema, number, string]>([
    ["runner", 2, "name: a\npeer_prot: 1024\n"],
    ["runner", 1, "settle: { min: soon }\n"],
    ["logging", 1, "level: loud\n"],
    ["cluster", 3, "discovery: file\nhaproxy:\n  port: 80a\n"],
    ["cluster", 2, "discovery: file\nguard: { max_removal: 150% }\n"],
    ["cluster", 1, "haproxy: { port: 80 }\n"],
    ["service", 4, "port: 80\ndiscovery: file\nchecks:\n  http: { rise: 3 }\n"],
    ["service", 3, "port: 80\ndiscovery: file\nprot: 81\n"],
    ["balancer haproxy", 1, "config_file: /etc/haproxy.cfg\n"],
    ["balancer rabbitmq", 2, "config_file: /etc/rabbitmq.conf\nnodnames: x\n"],
    ["balancer postgresql", 1, "server: 1\n"],
    ["discovery file", 1, "paht: nodes\n"],
    ["discovery dns", 1, "servers: 1\n"],
    ["discovery etcd", 2, "hosts: [127.0.0.1:2379]\npassword: x\n"],
    ["discovery zookeeper", 2, "hosts: [127.0.0.1:2181]\npath: 7\n"],
  ])("underlines the mistake in a bad %s file, in line %i", async (schema, line, text) => {
    expect((await underlined(schema, text)).map((found) => found.line)).toContain(line);
  });
});
