import { createServer, type Server, type Socket } from "node:net";
import type { Check, CheckPlugin, Context } from "@lighthouse-sd/core";
import { freePort, tempDirectory } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";

/** A check that is ready to be performed; relative paths are below `directory`. */
export async function configured<Config>(
  plugin: CheckPlugin<Config>,
  config: unknown = {},
  directory = "/nowhere",
): Promise<Check<Config>> {
  const line = (): void => {};
  const context: Context = {
    name: "service",
    directory,
    peer: { name: "here", ip: "10.0.0.1", port: 1024 },
    log: { debug: line, info: line, warn: line, error: line },
    requestSync: () => {},
  };
  const check = new plugin(context);
  await check.applyConfig(plugin.validateConfig(config));
  return check;
}

/** `passed`, or why it failed. */
export async function outcome<Config>(
  plugin: CheckPlugin<Config>,
  config: unknown,
  port: number,
  directory?: string,
): Promise<string> {
  const check = await configured(plugin, config, directory);
  return outcomeOf(check, port, new AbortController().signal);
}

/** The same, until `signal` aborts. */
export async function outcomeOf<Config>(check: Check<Config>, port: number, signal: AbortSignal): Promise<string> {
  try {
    return (await check.perform({ host: "127.0.0.1", port }, { signal })) ? "passed" : "failed without a word";
  } catch (error) {
    return (error as Error).message;
  }
}

/** A directory of its own, removed when the test ends. */
export async function directoryForTest(): Promise<string> {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  return directory.path;
}

/** A server that a test lets do what servers do; its connections, open or not. */
export interface OddServer {
  readonly port: number;
  readonly connections: readonly Socket[];
}

/** Starts one that does this with each connection; it ends with the test. */
export async function oddServer(onConnection: (socket: Socket) => void): Promise<OddServer> {
  const connections: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  return { port: await listening(server), connections };
}

/** Lets a server listen on loopback until the test ends, and gives its port. */
export async function listening(server: Server): Promise<number> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return port;
}
