import { startTcpProxy, startZookeeper, type TcpProxy, type ZookeeperEnsemble } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { PlainClient } from "./plain-client.js";

/** One real server for all tests of a file, with a part of its tree for each test. */
export interface OneServer {
  readonly ensemble: ZookeeperEnsemble;
  readonly client: PlainClient;
  /** A part of the tree that nobody else uses; as a suffix of `hosts` too. */
  newRoot(): Promise<string>;
  /** A network to the server that the test can break. */
  newProxy(onBytes?: (direction: "to-server" | "to-client", bytes: Buffer) => void): Promise<TcpProxy>;
}

/** Starts it before the tests of this file, and ends it after them. */
export function oneServer(): OneServer {
  let ensemble: ZookeeperEnsemble | undefined;
  let client: PlainClient | undefined;
  let roots = 0;
  beforeAll(async () => {
    ensemble = await startZookeeper();
    client = await new PlainClient(portOf(ensemble)).connected();
  });
  afterAll(async () => {
    await client?.close();
    await ensemble?.stop();
  });
  const server: OneServer = {
    get ensemble() {
      return started(ensemble);
    },
    get client() {
      return started(client);
    },
    async newRoot() {
      const root = `/test-${roots++}`;
      await server.client.makePath(`${root}/lighthouse`);
      return root;
    },
    async newProxy(onBytes) {
      const proxy = await startTcpProxy({ targetPort: portOf(server.ensemble), ...(onBytes && { onBytes }) });
      onTestFinished(() => proxy.stop());
      return proxy;
    },
  };
  return server;
}

/** The port of the only server. */
export function portOf(ensemble: ZookeeperEnsemble): number {
  const [server] = ensemble.servers;
  if (server === undefined) throw new Error("an ensemble without servers");
  return server.port;
}

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the server has not been started");
  return value;
}
