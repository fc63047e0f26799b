import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { haproxyCommand, haproxyInfo, haproxyStats } from "../src/admin-socket.js";
import { freePort } from "../src/free-port.js";
import { haproxyProcesses, killHaproxies } from "../src/haproxy-processes.js";
import { haproxyBinary, requireServer } from "../src/required-server.js";
import { type TempDirectory, tempDirectory } from "../src/temp-directory.js";
import { waitFor } from "../src/wait-for.js";

describe.skipIf(!requireServer("haproxy"))("a real HAProxy", () => {
  const directories: TempDirectory[] = [];

  beforeEach(async () => {
    directories.push(await tempDirectory(), await tempDirectory());
    await Promise.all(directories.map(({ path }) => start(path)));
  });
  afterEach(async () => {
    for (const directory of directories.splice(0)) {
      await killHaproxies(directory.path);
      await directory.remove();
    }
  });

  it("answers commands on its admin socket", async () => {
    const [{ path } = { path: "" }] = directories;
    const socket = join(path, "admin.sock");
    const [running] = await haproxyProcesses(path);
    expect((await haproxyInfo(socket))["Pid"]).toBe(String(running?.pid));
    expect(await haproxyStats(socket)).toContainEqual({
      proxy: "web",
      server: "app1",
      status: "no check",
      address: "127.0.0.1:9",
    });
    expect(await haproxyCommand(socket, "disable server web/nobody")).toMatch(/^No such server\./);
  });

  it("is killed by its directory, and no other is", async () => {
    const [one = { path: "" }, other = { path: "" }] = directories;
    const before = await haproxyProcesses(other.path);
    expect(await haproxyProcesses(one.path)).toHaveLength(1);
    await killHaproxies(one.path);
    expect(await haproxyProcesses(one.path)).toEqual([]);
    expect(await haproxyProcesses(other.path)).toEqual(before);
    expect(before).toHaveLength(1);
  });
});

async function start(directory: string): Promise<void> {
  const config = join(directory, "haproxy.cfg");
  const socket = join(directory, "admin.sock");
  await writeFile(
    config,
    `global
  stats socket ${socket} level admin
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
listen web
  bind 127.0.0.1:${await freePort()}
  server app1 127.0.0.1:9
`,
  );
  spawn(haproxyBinary(), ["-db", "-f", config], { stdio: "ignore" });
  await waitFor(() => haproxyInfo(socket), { what: `HAProxy to answer on ${socket}` });
}
