import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { type ListeningServer, startListening } from "./listening-server.js";
import { redisBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";

/** How a Redis server is run. */
export interface RedisOptions {
  /** Holds its configuration and data. */
  readonly directory: string;
  /** Lines of redis.conf beside the ones every server has; `port 0` where it listens for TLS alone. */
  readonly settings?: readonly string[];
}

/** Starts one on a free port and waits until it accepts connections. `%PORT%` in a setting stands for its port. */
export async function startRedis({ directory, settings = [] }: RedisOptions): Promise<ListeningServer> {
  const port = await freePort();
  const file = join(directory, `redis-${port}.conf`);
  const own = settings.map((line) => line.replaceAll("%PORT%", String(port)));
  const lines = [`port ${port}`, "bind 127.0.0.1", `dir ${directory}`, ...EVERY_SERVER, ...own];
  await writeFile(file, `${lines.join("\n")}\n`);
  return startListening(new ServerProcess(redisBinary(), [file]), "Redis", port);
}

/** It keeps its command line, by which it is found and killed should the test process die. */
const EVERY_SERVER = ['save ""', "appendonly no", "daemonize no", "set-proc-title no"];
