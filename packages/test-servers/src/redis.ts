import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { acceptsConnections } from "./accepts-connections.js";
import { freePort } from "./free-port.js";
import { redisBinary } from "./required-server.js";
import { ServerProcess } from "./server-process.js";
import { waitFor } from "./wait-for.js";

/** How a Redis server is run. */
export interface RedisOptions {
  /** Holds its configuration and data. */
  readonly directory: string;
  /** Lines of redis.conf beside the ones every server has; `port 0` where it listens for TLS alone. */
  readonly settings?: readonly string[];
}

/** A real Redis server, on loopback. */
export interface Redis {
  readonly port: number;
  readonly output: string;
  /** Stops the process where it stands: connections are accepted, nothing is answered. */
  pause(): void;
  resume(): void;
  /** Ends it and waits until it is gone. Safe twice. */
  stop(): Promise<void>;
}

/** Starts one on a free port and waits until it accepts connections. `%PORT%` in a setting stands for its port. */
export async function startRedis({ directory, settings = [] }: RedisOptions): Promise<Redis> {
  const port = await freePort();
  const file = join(directory, `redis-${port}.conf`);
  const own = settings.map((line) => line.replaceAll("%PORT%", String(port)));
  const lines = [`port ${port}`, "bind 127.0.0.1", `dir ${directory}`, ...EVERY_SERVER, ...own];
  await writeFile(file, `${lines.join("\n")}\n`);
  const server = new ServerProcess(redisBinary(), [file]);
  server.start();
  await waitFor(
    () => {
      server.requireRunning();
      return acceptsConnections(port);
    },
    { what: `Redis to accept connections on port ${port}` },
  );
  return {
    port,
    get output() {
      return server.output;
    },
    pause: () => server.signal("SIGSTOP"),
    resume: () => server.signal("SIGCONT"),
    stop: () => server.kill(),
  };
}

/** It keeps its command line, by which it is found and killed should the test process die. */
const EVERY_SERVER = ['save ""', "appendonly no", "daemonize no", "set-proc-title no"];
