import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually, tempDirectory } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import { nameServers } from "../src/name-servers.js";
import { parseServerAddress, resolvConfServers } from "../src/server-address.js";

describe("an address of a name server", () => {
  test.each<readonly [string, object | undefined]>([
    ["10.0.0.2", { ip: "10.0.0.2", port: 53, shown: "10.0.0.2" }],
    ["10.0.0.2:53", { ip: "10.0.0.2", port: 53, shown: "10.0.0.2" }],
    ["10.0.0.2:5353", { ip: "10.0.0.2", port: 5353, shown: "10.0.0.2:5353" }],
    ["2001:db8::2", { ip: "2001:db8::2", port: 53, shown: "2001:db8::2" }],
    ["[2001:db8::2]", { ip: "2001:db8::2", port: 53, shown: "2001:db8::2" }],
    ["[2001:db8::2]:5353", { ip: "2001:db8::2", port: 5353, shown: "[2001:db8::2]:5353" }],
    ["ns1.example.com", undefined],
    ["10.0.0.2:0", undefined],
    ["10.0.0.2:65536", undefined],
    ["[10.0.0.2]:53", undefined],
    ["10.0.0", undefined],
    ["", undefined],
  ])("%j", (text, wanted) => {
    expect(parseServerAddress(text)).toEqual(wanted);
  });
});

describe("resolv.conf", () => {
  test.each<readonly [string, string, readonly string[]]>([
    [
      "names servers in order",
      "search example.com\nnameserver 10.0.0.2\nnameserver\t2001:db8::2\n",
      ["10.0.0.2", "2001:db8::2"],
    ],
    [
      "has comments, other lines and blanks",
      "# nameserver 1.1.1.1\n;nameserver 1.1.1.2\n  nameserver 10.0.0.2 # near\noptions edns0",
      ["10.0.0.2"],
    ],
    ["names a link's server", "nameserver fe80::1%lo", ["fe80::1%lo"]],
    ["names none", "search example.com", ["127.0.0.1"]],
    ["names nonsense", "nameserver ns1.example.com", ["127.0.0.1"]],
  ])("%s", (_case, text, wanted) => {
    expect(resolvConfServers(text).map(({ ip }) => ip)).toEqual(wanted);
  });

  test("is read again when it has changed, and may be missing", async () => {
    const directory = await tempDirectory();
    onTestFinished(() => directory.remove());
    const file = join(directory.path, "resolv.conf");
    await writeFile(file, "nameserver 10.0.0.2\n");
    const servers = nameServers(undefined, file);
    const shown = async (): Promise<readonly string[]> => (await servers()).map((server) => server.shown);
    expect(await shown()).toEqual(["10.0.0.2"]);
    await writeFile(file, "nameserver 10.0.0.3\n");
    await eventually(async () => expect(await shown()).toEqual(["10.0.0.3"]));
    await rm(file);
    await eventually(async () => expect(await shown()).toEqual(["127.0.0.1"]));
  });

  test("that cannot be read is lost, with what to do", async () => {
    const servers = nameServers(undefined, "/");
    await expect(servers()).rejects.toThrow(/^\/ cannot be read: EISDIR.*; name the servers to ask under "servers"$/);
  });

  test("does not count where servers are configured", async () => {
    const servers = await nameServers(["10.0.0.9:5353"], "/nowhere")();
    expect(servers.map(({ shown }) => shown)).toEqual(["10.0.0.9:5353"]);
  });
});
