import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serializeNode } from "@lighthouse-sd/core";
import { eventually, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { discoveryWith, node, report, watch } from "./support/discovering.js";
import { oneServer, portOf } from "./support/one-server.js";
import { PlainClient } from "./support/plain-client.js";

const SECRET = "fleet:s3cret: with spaces";

describe.skipIf(!requireServer("zookeeper"))("a user with a password", () => {
  const server = oneServer();

  const passwordFile = async (text: string): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), "zookeeper-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, "password"), text);
    return directory;
  };
  const configOf = (root: string, more: object = {}): Record<string, unknown> => ({
    hosts: server.ensemble.hosts.map((host) => host + root),
    username: "fleet",
    password_file: "password",
    ...more,
  });
  const clientWith = async (secret?: string): Promise<PlainClient> => {
    const client = await new PlainClient(portOf(server.ensemble), secret).connected();
    onTestFinished(() => client.close());
    return client;
  };
  /** A cluster that the user alone may read. */
  const closedCluster = async (root: string): Promise<void> => {
    const owner = await clientWith(SECRET);
    const digest = createHash("sha1").update(SECRET).digest("base64");
    const acl = [{ permissions: 31, scheme: "digest", id: `fleet:${digest}` }];
    await owner.create(`${root}/lighthouse/web`, "", { acl });
    await owner.create(`${root}/lighthouse/web/app1:1`, serializeNode(node(1)), { acl });
  };

  it.each([
    { acl: undefined, anybody: { read: true, write: false } },
    { acl: "protected", anybody: { read: true, write: false } },
    { acl: "private", anybody: { read: false, write: false } },
    { acl: "open", anybody: { read: true, write: true } },
  ])("registers nodes that others may read or write: acl $acl", async ({ acl, anybody }) => {
    const root = await server.newRoot();
    const directory = await passwordFile("s3cret: with spaces\n");
    const discovery = discoveryWith(configOf(`${root}/new`, acl === undefined ? {} : { acl }), directory);
    const reported = report(discovery, "web", node(1));
    await eventually(() => expect(reported.isRegistered()).toBe(true));
    const [path, stranger] = [`${root}/new/lighthouse/web/app1:1`, await clientWith()];
    const allowed = (work: Promise<unknown>): Promise<boolean> =>
      work.then(
        () => true,
        () => false,
      );
    expect(await allowed(stranger.read(path))).toBe(anybody.read);
    expect(await allowed(stranger.set(path, "{}"))).toBe(anybody.write);
    expect(await allowed(stranger.create(`${root}/new/lighthouse/web/x`))).toBe(anybody.write);
    const owner = await clientWith(SECRET);
    expect(await allowed(owner.read(path))).toBe(true);
  });

  it("that is wrong: told as lost with the reason, never as empty; mended by changing the file", async () => {
    const root = await server.newRoot();
    await closedCluster(root);
    const directory = await passwordFile("wrong");
    const watched = watch(discoveryWith(configOf(root), directory), "web");
    await eventually(() =>
      expect(watched.losses.at(-1)).toMatch(/NO_AUTH \(not permitted: check username and password_file/),
    );
    await writeFile(join(directory, "password"), "s3cret: with spaces");
    await eventually(() => expect(watched.records().map(({ value }) => value)).toEqual([serializeNode(node(1))]));
    expect(watched.answers).toHaveLength(1);
  });

  it("that becomes wrong: members stand", async () => {
    const root = await server.newRoot();
    await closedCluster(root);
    const directory = await passwordFile("s3cret: with spaces");
    const watched = watch(discoveryWith(configOf(root), directory), "web");
    await eventually(() => expect(watched.records()).toHaveLength(1));
    await writeFile(join(directory, "password"), "changed");
    await eventually(() => expect(watched.losses.at(-1)).toMatch(/NO_AUTH/));
    expect(watched.answers.map(({ length }) => length)).toEqual([1]);
  });

  it("who may list the members and read none of them: lost; who may not read one of them: that one is set aside", async () => {
    const root = await server.newRoot();
    const digest = [{ permissions: 31, scheme: "digest", id: "other:x" }];
    await server.client.makePath(`${root}/lighthouse/web`);
    await server.client.create(`${root}/lighthouse/web/app1:1`, "secret", { acl: digest });
    const watched = watch(discoveryWith(configOf(root), await passwordFile("s3cret: with spaces")), "web");
    await eventually(() => expect(watched.losses.at(-1)).toMatch(/may not read any of the 1 children/));
    expect(watched.answers).toEqual([]);
    await server.client.create(`${root}/lighthouse/web/app1:2`, serializeNode(node(2)));
    await eventually(() =>
      expect(watched.records().map(({ value, problem }) => problem ?? value)).toEqual([
        "its data may not be read (NO_AUTH)",
        serializeNode(node(2)),
      ]),
    );
  });

  it("whose file is not there: lost, and nothing is asked without it", async () => {
    const root = await server.newRoot();
    const watched = watch(discoveryWith(configOf(root, { password_file: "nowhere" }), await passwordFile("x")), "web");
    await eventually(() => expect(watched.losses.at(-1)).toMatch(/cannot read the secret file .*nowhere: ENOENT/));
    expect(watched.answers).toEqual([]);
  });
});
