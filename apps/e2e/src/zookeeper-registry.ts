import { createHash } from "node:crypto";
import { startZookeeper, zookeeperCli } from "@lighthouse-sd/test-servers";
import { Network } from "./network.js";
import type { Registry } from "./registry.js";

/** What a server says that does not run. */
const NONE: Readonly<Record<string, string>> = {};
const SECRET = "fleet:s3cret";
const DIGEST = createHash("sha1").update(SECRET).digest("base64");

/** A ZooKeeper that can be made to fail. */
export interface ZookeeperRegistry extends Registry {
  readonly plugin: "zookeeper";
  /** How many the ensemble keeps. */
  sessions(): Promise<number>;
}

/** Starts three servers. */
export async function startZookeeperRegistry(): Promise<ZookeeperRegistry> {
  const zookeeper = await startZookeeper({ servers: 3 });
  const { servers } = zookeeper;
  const network = await Network.before(servers);
  const leader = async (): Promise<(typeof servers)[number]> => {
    for (const server of servers) {
      const figures = await server.figures().catch(() => NONE);
      if (figures["zk_server_state"] === "leader") return server;
    }
    throw new Error("no server of ZooKeeper leads");
  };

  return {
    plugin: "zookeeper",
    servers,
    network,
    discovery: ({ role, passwordFile, keep }) => ({
      hosts: role === "runner" ? network.hosts : zookeeper.hosts,
      path: "/lighthouse",
      session_timeout: keep,
      username: "fleet",
      password_file: passwordFile,
      acl: "private",
    }),
    leader,
    allow: async (reading) => {
      const acl = `digest:fleet:${DIGEST}:${reading ? "cdrwa" : "cdwa"}`;
      const commands = [`addauth digest ${SECRET}`, `setAcl /lighthouse/web ${acl}`, "getAcl /lighthouse/web"];
      const answer = await zookeeperCli(zookeeper.hosts[0] ?? "", commands);
      if (!answer.includes(`: ${reading ? "cdrwa" : "cdwa"}`)) throw new Error(`setAcl failed: ${answer}`);
    },
    sessions: async () => Number((await (await leader()).figures())["zk_global_sessions"]),
    restartEmpty: () => zookeeper.restartEmpty(),
    stop: async () => {
      await network.stop();
      await zookeeper.stop();
    },
  };
}
