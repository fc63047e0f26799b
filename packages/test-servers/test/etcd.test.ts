import { readFile } from "node:fs/promises";
import { connect } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type EtcdCluster, type EtcdOptions, startEtcd } from "../src/etcd-cluster.js";
import { requireServer } from "../src/required-server.js";
import { certificateAuthority } from "../src/tls-certificates.js";

describe.skipIf(!requireServer("etcd"))("a real etcd", () => {
  const clusters: EtcdCluster[] = [];
  afterEach(async () => {
    for (const cluster of clusters.splice(0)) await cluster.stop();
  });
  const started = async (options?: EtcdOptions): Promise<EtcdCluster> => {
    const cluster = await startEtcd(options);
    clusters.push(cluster);
    return cluster;
  };

  it("holds keys, changes several at once, and tells what it was asked", async () => {
    const { gateway } = await started();
    await gateway.put("/a/1", "one");
    await gateway.change({ "/a/2": "two", "/a/1": null, "/b": "other" });
    expect(await gateway.list("/a/")).toEqual([{ key: "/a/2", value: "two", modRevision: 3, lease: "0" }]);
    await gateway.deletePrefix("/a/");
    expect(await gateway.list("/a/")).toEqual([]);
    expect((await gateway.requests())["Put"]).toBe(1);
  });

  it("serves with one of three members gone, and is empty after it was restarted so", async () => {
    const cluster = await started({ members: 3 });
    await cluster.members[2]?.kill();
    // Where it led, what is asked before another one does is not answered.
    await vi.waitFor(() => cluster.gateway.put("/a", "x"), { timeout: 30_000 });
    await cluster.restartEmpty();
    expect(await cluster.gateway.list("/a")).toEqual([]);
  });

  it("asks for passwords once it was told to, and its gateway still gets in", async () => {
    const { gateway } = await started();
    await gateway.addUser("app", "secret");
    await gateway.allow("app", "/a/");
    await gateway.enableAuth();
    await gateway.put("/b", "x");
    const login = gateway.call("auth/authenticate", { name: "app", password: "wrong" });
    await expect(login).rejects.toThrow("authentication failed");
  });

  it("has TLS addresses with a certificate of its own authority alone", async () => {
    const { tlsPorts, authority, directory } = await started({ tls: "server" });
    const other = await certificateAuthority(directory, "other");
    const reach = async (caFile = ""): Promise<string> => {
      const ca = await readFile(caFile);
      return new Promise((resolve) => {
        const socket = connect({ host: "127.0.0.1", port: tlsPorts[0] ?? 0, ca }, () => {
          socket.destroy();
          resolve("connected");
        });
        socket.once("error", (error) => resolve(error.message));
      });
    };
    expect(await reach(authority?.caFile)).toBe("connected");
    expect(await reach(other.caFile)).toMatch(/unable to (get|verify)/);
  });
});
