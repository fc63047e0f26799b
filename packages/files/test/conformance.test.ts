import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DiscoverySource, type DiscoverySubject, discoveryConformance } from "@lighthouse-sd/conformance";
import { type Node, serializeNode } from "@lighthouse-sd/core";
import { describe, it } from "vitest";
import FileDiscovery from "../src/index.js";
import { temporaryDirectory } from "./discovering.js";

const subject: Omit<DiscoverySubject, "create"> = {
  plugin: FileDiscovery,
  invalidConfigs: [
    { config: {}, path: "" },
    { config: { path: "" }, path: "path" },
    { config: { path: "nodes", ttl: "soon" }, path: "ttl" },
    { config: { path: "nodes", paths: "nodes" }, path: "paths" },
  ],
  cuts: [{ name: "has moved away" }],
};

describe("a file for each node", () => {
  discoveryConformance(
    { describe, it: it.concurrent },
    { ...subject, create: () => sourceIn(nodeFiles, { path: "nodes" }) },
  );
});

describe("a list in a file", () => {
  discoveryConformance(
    { describe, it: it.concurrent },
    { ...subject, leaseMs: 4000, create: () => sourceIn(listFiles, { path: "nodes", ttl: "4s" }) },
  );
});

/** A way to write who is in a cluster, below the directory `nodes()`. */
type Writing = (nodes: () => string) => Required<Pick<DiscoverySource, "establish" | "put" | "remove" | "putText">>;

async function sourceIn(writing: Writing, config: object): Promise<DiscoverySource> {
  const directory = await temporaryDirectory();
  const [here, away] = [join(directory, "nodes"), join(directory, "away")];
  let nodes = here;
  await mkdir(here);
  return {
    directory,
    config,
    ...writing(() => nodes),
    async cut() {
      await rename(here, away);
      nodes = away;
    },
    async restore() {
      await rename(away, here);
      nodes = here;
    },
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
}

function nodeFiles(nodes: () => string): ReturnType<Writing> {
  const put = (cluster: string, name: string, text: string): Promise<void> =>
    replace(join(nodes(), cluster, `${name}.json`), text);
  return {
    establish: async (cluster) => void (await mkdir(join(nodes(), cluster), { recursive: true })),
    put: (cluster, node) => put(cluster, node.name, serializeNode(node)),
    putText: put,
    async remove(cluster, node) {
      await rm(join(nodes(), cluster, `${node.name}.json`), { force: true });
      await removeReported(nodes(), cluster, node);
    },
  };
}

function listFiles(nodes: () => string): ReturnType<Writing> {
  const write = async (cluster: string, change: (list: Map<string, unknown>) => void): Promise<void> => {
    const file = join(nodes(), `${cluster}.json`);
    const list = JSON.parse(await readFile(file, "utf8").catch(() => "[]")) as unknown[];
    const members = new Map(list.map((entry) => [nameOf(entry), entry]));
    change(members);
    await replace(file, JSON.stringify([...members.values()]));
  };
  return {
    establish: (cluster) => write(cluster, () => undefined),
    put: (cluster, node) => write(cluster, (list) => list.set(node.name, JSON.parse(serializeNode(node)))),
    putText: (cluster, name, text) => write(cluster, (list) => list.set(name, text)),
    async remove(cluster, node) {
      await write(cluster, (list) => list.delete(node.name));
      await removeReported(nodes(), cluster, node);
    },
  };
}

async function removeReported(nodes: string, cluster: string, node: Node): Promise<void> {
  await rm(join(nodes, cluster, `${node.name}.reported.json`), { force: true });
}

/** What entries that are no nodes are called does not matter, as long as they do not replace others. */
function nameOf(entry: unknown): string {
  if (typeof entry === "string") return entry;
  const { host, port } = entry as { host: string; port: number };
  return `${host}:${port}`;
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}~`, text);
  await rename(`${file}~`, file);
}
