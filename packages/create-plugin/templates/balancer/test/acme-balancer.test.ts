import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cluster, Context } from "@lighthouse-sd/core";
import { expect, it, onTestFinished } from "vitest";
import type { AcmeBlock, AcmeConfig } from "../src/acme-config.js";
import AcmeBalancer from "../src/index.js";

const signal: AbortSignal = new AbortController().signal;
const web: Cluster<AcmeBlock> = {
  name: "web",
  metaCluster: null,
  config: {},
  live: true,
  nodes: [{ name: "app1:8000", host: "app1", ip: "192.0.2.1", port: 8000, peer: null, metadata: { weight: 5 } }],
};

async function balancer(config: AcmeConfig): Promise<{ readonly directory: string; readonly balancer: AcmeBalancer }> {
  const directory = await mkdtemp(join(tmpdir(), "acme-"));
  const peer = { name: "app1", ip: "127.0.0.1", port: 1024 };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const context: Context = { name: "acme", directory, peer, log, requestSync() {} };
  const made = new AcmeBalancer(context);
  made.applyConfig(config);
  onTestFinished(async () => {
    await made.stop({ signal });
    await rm(directory, { recursive: true, force: true });
  });
  return { directory, balancer: made };
}

it("writes every member with its weight", async () => {
  const { directory, balancer: made } = await balancer({ file: "members" });
  await made.syncFile([web], { signal });
  expect(await readFile(join(directory, "members"), "utf8")).toBe("[web]\n192.0.2.1:8000 5\n");
});

it("leaves the old file where the new one does not pass its check", async () => {
  const { directory, balancer: made } = await balancer({ file: "members", check: ["false"] });
  await writeFile(join(directory, "members"), "as it was\n");
  await expect(made.syncFile([web], { signal })).rejects.toThrow("check: false ended with 1");
  expect(await readFile(join(directory, "members"), "utf8")).toBe("as it was\n");
});

it("makes up for a reload that has failed, also where the file is as it should be", async () => {
  const { directory, balancer: made } = await balancer({ file: "members", reload: ["test", "-f", "ready"] });
  await expect(made.syncFile([web], { signal })).rejects.toThrow("reload: test -f ready ended with 1");
  await writeFile(join(directory, "ready"), "");
  const { changes } = await made.syncFile([web], { signal });
  expect(changes.map(({ kind }) => kind)).toEqual(["reload"]);
  expect((await made.syncFile([web], { signal })).changes).toEqual([]);
});
