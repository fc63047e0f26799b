import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serializeNode } from "@lighthouse-sd/core";
import {
  certificateAuthority,
  type EtcdCluster,
  eventually,
  requireServer,
  startEtcd,
} from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { discoveryFor, node, report, watch } from "./discovering.js";

const ONE = serializeNode(node(8001));
const THERE = { "/lighthouse/web/app1:8001": ONE };
const LOGIN = { username: "app", password_file: "password" };

describe.skipIf(!requireServer("etcd"))("an etcd that asks for a password", () => {
  let etcd: EtcdCluster;
  beforeEach(async () => {
    etcd = await startEtcd();
    onTestFinished(() => etcd.stop());
    await etcd.gateway.put("/lighthouse/web/app1:8001", ONE);
    await etcd.gateway.addUser("app", "secret");
    await etcd.gateway.allow("app", "/lighthouse/");
    await etcd.gateway.enableAuth();
    await writePassword("secret\n");
  });
  const writePassword = (text: string): Promise<void> => writeFile(join(etcd.directory, "password"), text);

  test("is read and written by a user with the right to", async () => {
    const discovery = discoveryFor({ hosts: etcd.hosts, ...LOGIN }, etcd.directory);
    const watched = watch(discovery, "web");
    await eventually(() => expect(watched.newest()).toEqual(THERE));
    const reporting = report(discovery, "web", node(8002));
    await eventually(() => expect(watched.answers.at(-1)?.length).toBe(2));
    await reporting.end();
    await eventually(() => expect(watched.newest()).toEqual(THERE));
  });

  test("without a login is lost, with what to do", async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.losses[0]).toMatch(/asks for a user: set username and password_file/));
  });

  test("with a wrong password is lost, with what to do and without the password; the mended file is read", async () => {
    await writePassword("wr0ng");
    const watched = watch(discoveryFor({ hosts: etcd.hosts, ...LOGIN }, etcd.directory), "web");
    await eventually(() =>
      expect(watched.losses[0]).toMatch(/did not let user "app" in: authentication failed.*password_file/),
    );
    expect(watched.losses.join()).not.toContain("wr0ng");
    await writePassword("secret");
    await eventually(() => expect(watched.newest()).toEqual(THERE));
  });

  test("with a password file that is not there is lost, with its path", async () => {
    const login = { ...LOGIN, password_file: "nowhere/password" };
    const watched = watch(discoveryFor({ hosts: etcd.hosts, ...login }, etcd.directory), "web");
    await eventually(() => expect(watched.losses[0]).toContain(join(etcd.directory, "nowhere/password")));
  });

  test("whose password changes is lost until the file says the new one", async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts, ...LOGIN }, etcd.directory), "web");
    await eventually(() => expect(watched.newest()).toEqual(THERE));
    await etcd.gateway.call("auth/user/changepw", { name: "app", password: "fresh" });
    await eventually(() => expect(watched.losses.at(-1)).toMatch(/authentication failed/));
    await writePassword("fresh");
    await eventually(() => expect(watched.calls.at(-1)).toBe("records"));
    expect(watched.newest()).toEqual(THERE);
  });

  test("that takes the user's rights away is lost, cluster by cluster, and found when they are back", async () => {
    await etcd.gateway.put("/other/app1:8001", ONE);
    await etcd.gateway.call("auth/role/grant", {
      name: "app",
      perm: { permType: "READ", key: base64("/other/"), range_end: base64("/other0") },
    });
    const discovery = discoveryFor({ hosts: etcd.hosts, ...LOGIN }, etcd.directory);
    const watched = watch(discovery, "web");
    const other = watch(discovery, "web", { prefix: "/other" });
    await eventually(() => expect([watched.newest(), other.answers.length]).toEqual([THERE, 1]));
    const range = { key: base64("/other/"), range_end: base64("/other0") };
    await etcd.gateway.call("auth/role/revoke", { role: "app", ...range });
    await eventually(() => expect(other.losses[0]).toMatch(/\/other\/: permission denied; grant/));
    expect([watched.losses, other.answers.length]).toEqual([[], 1]);
    await etcd.gateway.call("auth/role/grant", { name: "app", perm: { permType: "READ", ...range } });
    await eventually(() => expect(other.calls.at(-1)).toBe("records"));
  });

  test("takes any login while nobody is asked for one", async () => {
    await etcd.gateway.call("auth/disable", {});
    const watched = watch(discoveryFor({ hosts: etcd.hosts, ...LOGIN }, etcd.directory), "web");
    await eventually(() => expect(watched.newest()).toEqual(THERE));
  });
});

describe.skipIf(!requireServer("etcd"))("an etcd that speaks TLS", () => {
  let etcd: EtcdCluster;
  beforeAll(async () => {
    etcd = await startEtcd({ tls: "mutual" });
    await etcd.gateway.put("/lighthouse/web/app1:8001", ONE);
    await etcd.authority?.issue("client");
    await (await certificateAuthority(etcd.directory, "other")).issue("stranger");
  });
  afterAll(() => etcd?.stop());
  const CLIENT = { cert_file: "client.crt", key_file: "client.key" };
  const hosts = (): readonly string[] => etcd.tlsPorts.map((port) => `127.0.0.1:${port}`);

  test("is found with its authority's certificate and one of this host", async () => {
    const tls = { ca_file: "ca.crt", ...CLIENT, server_name: "etcd.test" };
    const watched = watch(discoveryFor({ hosts: hosts(), tls }, etcd.directory), "web");
    await eventually(() => expect(watched.newest()).toEqual(THERE));
  });

  test.each([
    ["another authority", { ca_file: "other.crt", ...CLIENT }, /tls\.ca_file must hold the certificate/],
    ["the system's authorities", CLIENT, /tls\.ca_file must hold the certificate/],
    ["another name", { ca_file: "ca.crt", ...CLIENT, server_name: "elsewhere.test" }, /tls\.server_name can name/],
    ["a certificate file that is not there", { ca_file: "missing.crt" }, /missing\.crt/],
    ["a certificate file that holds a key", { ca_file: "password-less" }, /password-less: it holds none in PEM form/],
    ["no certificate of this host", { ca_file: "ca.crt" }, /asks for a certificate|want a certificate/],
    [
      "a certificate of this host that nobody knows",
      { ca_file: "ca.crt", cert_file: "stranger.crt", key_file: "stranger.key" },
      /asks for a certificate|want a certificate/,
    ],
  ])("is lost with %s, with what to do", async (_, tls, reason) => {
    await writeFile(join(etcd.directory, "password-less"), "nothing");
    const watched = watch(discoveryFor({ hosts: hosts(), tls }, etcd.directory), "web");
    await eventually(() => expect(watched.losses[0]).toMatch(reason));
    expect(watched.answers).toEqual([]);
  });

  test("is found as soon as the mended certificate file stands", async () => {
    await copyFile(join(etcd.directory, "other.crt"), join(etcd.directory, "trusted.crt"));
    const watched = watch(
      discoveryFor({ hosts: hosts(), tls: { ca_file: "trusted.crt", ...CLIENT } }, etcd.directory),
      "web",
    );
    await eventually(() => expect(watched.losses.length).toBe(1));
    await copyFile(join(etcd.directory, "ca.crt"), join(etcd.directory, "trusted.crt"));
    await eventually(() => expect(watched.newest()).toEqual(THERE));
  });

  test("is lost where plain HTTP is spoken to it, and plain HTTP is where TLS is, with what to do", async () => {
    const plain = watch(discoveryFor({ hosts: hosts() }), "web");
    const secure = watch(discoveryFor({ hosts: etcd.hosts, tls: {} }), "web");
    await eventually(() => expect(plain.losses[0]).toMatch(/may want TLS/));
    await eventually(() => expect(secure.losses[0]).toMatch(/speak plain HTTP/));
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
