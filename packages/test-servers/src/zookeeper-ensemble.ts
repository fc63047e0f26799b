import { join } from "node:path";
import { freePorts } from "./free-port.js";
import { type ServerGroup, startGroup } from "./server-group.js";
import { tempDirectory } from "./temp-directory.js";
import { ZookeeperServer } from "./zookeeper-server.js";

/** What to start. */
export interface ZookeeperOptions {
  /** Default 1; 3 make an ensemble that stands the loss of one. */
  readonly servers?: 1 | 3;
  /** Milliseconds of ZooKeeper's tick: sessions are looked at once in each. Default 250. */
  readonly tickMs?: number;
}

/** Real ZooKeeper servers that serve together. */
export interface ZookeeperEnsemble extends ServerGroup {
  readonly servers: readonly ZookeeperServer[];
  /** Of all servers, as a client names them: `127.0.0.1:<port>`. */
  readonly hosts: readonly string[];
}

/** Starts one and waits until every server answers clients. */
export async function startZookeeper(options: ZookeeperOptions = {}): Promise<ZookeeperEnsemble> {
  const { servers: count = 1, tickMs = 250 } = options;
  const directory = await tempDirectory("lhzk");
  const ports = await freePorts(count * 3);
  const settings = ensembleSettings(count, tickMs, ports);
  const servers = ports.slice(0, count).map((port, index) => {
    const id = count === 1 ? {} : { id: index + 1 };
    return new ZookeeperServer({ directory: join(directory.path, `${index + 1}`), port, settings, ...id });
  });
  const group = await startGroup(servers, () => directory.remove());
  return { servers, hosts: servers.map(({ host }) => host), ...group };
}

/** The first ports are the clients', then come two for each server's talk with the others. */
function ensembleSettings(count: number, tickMs: number, ports: readonly number[]): readonly string[] {
  const settings = [`tickTime=${tickMs}`, "minSessionTimeout=500", "maxSessionTimeout=600000"];
  if (count === 1) return settings;
  const members = Array.from(
    { length: count },
    (_, index) => `server.${index + 1}=127.0.0.1:${ports[count + index * 2]}:${ports[count + index * 2 + 1]}`,
  );
  return [...settings, "initLimit=40", "syncLimit=8", ...members];
}
