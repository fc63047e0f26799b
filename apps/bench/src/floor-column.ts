import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, haproxyBinary, killHaproxies, tempDirectory } from "@lighthouse-sd/test-servers";
import type { BenchNode } from "./addresses.js";
import { CLUSTER, type Column } from "./column.js";
import { CONFIG_FILE, SOCKET_FILE } from "./haproxy-files.js";
import { MemberDirectory } from "./member-directory.js";
import { Traffic } from "./traffic.js";

/** The bare loop, and an HAProxy on the same configuration as `model`'s: its file, with other paths and another port. */
export async function startFloor(model: Column, nodes: readonly BenchNode[]): Promise<Column> {
  const directory = await tempDirectory("lhb");
  const port = await freePort();
  const place = (path: string): string => join(directory.path, path);
  const members = new MemberDirectory(place(`nodes/${CLUSTER}`), place("drafts"));
  members.fill(nodes);
  mkdirSync(place("run"));
  const text = readFileSync(join(model.directory, CONFIG_FILE), "utf8");
  writeFileSync(
    place(CONFIG_FILE),
    text.replaceAll(model.directory, directory.path).replace(`bind 127.0.0.1:${model.port}`, `bind 127.0.0.1:${port}`),
  );
  const socket = place(SOCKET_FILE);
  let loop: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (loop !== undefined && loop.exitCode === null && loop.signalCode === null) {
      const ended = once(loop, "exit");
      loop.kill("SIGKILL");
      await ended;
    }
    await killHaproxies(directory.path);
    await directory.remove();
  };
  try {
    execFileSync(haproxyBinary(), ["-D", "-f", place(CONFIG_FILE), "-p", place("run/haproxy.pid")], {
      stdio: ["ignore", "ignore", "ignore"],
    });
    loop = await startLoop(place(`nodes/${CLUSTER}`), socket);
  } catch (error) {
    await stop();
    throw error;
  }
  const controllerPid = loop.pid ?? 0;
  const traffic = new Traffic(port);
  return { name: "floor", directory: directory.path, port, socket, controllerPid, members, traffic, stop };
}

/** Settles once it watches. */
async function startLoop(members: string, socket: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL("./floor-loop.js", import.meta.url));
  const loop = spawn(process.execPath, [program, members, socket, CLUSTER], { stdio: ["ignore", "pipe", "inherit"] });
  const [first] = await Promise.race([once(loop.stdout, "data"), once(loop, "exit")]);
  if (!Buffer.isBuffer(first)) throw new Error(`the bare loop ended with ${first} before it watched ${members}`);
  return loop;
}
