import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { balancerConformance } from "@lighthouse-sd/conformance";
import {
  freePorts,
  haproxyBinary,
  haproxyCommand,
  killHaproxies,
  requireServer,
  tempDirectory,
} from "@lighthouse-sd/test-servers";
import { describe, it } from "vitest";
import HAProxy from "../src/index.js";
import { DEFAULTS } from "./live-haproxy.js";

const SOCKET = "haproxy.sock";
const ports = await freePorts(20);

if (requireServer("haproxy")) {
  balancerConformance(
    { describe, it },
    {
      plugin: HAProxy,
      exclusive: true,
      block: (index) => ({ port: ports[index], backend: ["balance leastconn"] }),
      create: async () => {
        const directory = await tempDirectory();
        const config = {
          config_file: "haproxy.cfg",
          socket_file: SOCKET,
          pid_file: "haproxy.pid",
          binary: haproxyBinary(),
          global: ["maxconn 200"],
          defaults: DEFAULTS,
          bind_address: "127.0.0.1",
          restart_interval: 0,
        };
        return {
          directory: directory.path,
          config,
          otherConfig: { ...config, config_file: "nowhere/haproxy.cfg" },
          ignore: (path) => [SOCKET, "haproxy.pid"].includes(path),
          files: () => reached(directory.path),
          dispose: async () => {
            await killHaproxies(directory.path);
            await directory.remove();
          },
        };
      },
    },
  );
}

/** What HAProxy was given: its files (but for the one that stands while a server is out of rotation for a time), and the servers that it says it runs with. */
async function reached(directory: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(directory)).filter((name) => /^haproxy\.cfg(?!\.runtime)/.test(name));
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(directory, name), "utf8")] as const),
  );
  const state = await haproxyCommand(join(directory, SOCKET), "show servers conn").catch(() => "");
  const servers = state
    .split("\n")
    .map((line) => line.split(" ").slice(0, 4).join(" "))
    .sort();
  return new Map([...files, ["servers", servers.join("\n")]]);
}
