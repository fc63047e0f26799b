import { createServer, type Server } from "node:net";

/* Ports come in blocks below the kernel's own range for outgoing connections (32768 and up), so that no client socket
 * takes one between the moment it is handed out and the moment a server binds it. A block belongs to the one process
 * that listens on the abstract socket named after it; the kernel gives it back however that process ends. */
const FIRST_PORT = 10_000;
const BLOCK_SIZE = 100;
const BLOCKS = 220;

const held: Server[] = [];
let unused: number[] = [];
let queue: Promise<unknown> = Promise.resolve();

/** A loopback port that nothing listens on and that no other test process is given. Never the same one twice. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error("freePorts(1) gave none");
  return port;
}

/** So many of them at once. */
export function freePorts(count: number): Promise<number[]> {
  const ports = queue.then(() => take(count));
  queue = ports.catch(() => undefined);
  return ports;
}

async function take(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = unused.shift();
    if (port === undefined) unused = await reserveBlock();
    else if (await canBind(port)) ports.push(port);
  }
  return ports;
}

async function reserveBlock(): Promise<number[]> {
  const start = process.pid % BLOCKS;
  for (let offset = 0; offset < BLOCKS; offset++) {
    const block = (start + offset) % BLOCKS;
    const owner = await listen({ path: `\0lighthouse-test-ports-${block}` });
    if (owner === undefined) continue;
    held.push(owner.unref());
    return Array.from({ length: BLOCK_SIZE }, (_, index) => FIRST_PORT + block * BLOCK_SIZE + index);
  }
  throw new Error(`all ${BLOCKS * BLOCK_SIZE} test ports from ${FIRST_PORT} on are reserved by running test processes`);
}

/** On all addresses: a port taken on any of them is refused. */
async function canBind(port: number): Promise<boolean> {
  const probe = await listen({ port, host: "0.0.0.0" });
  if (probe === undefined) return false;
  await new Promise((resolve) => probe.close(resolve));
  return true;
}

function listen(where: { path: string } | { port: number; host: string }): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(where, () => resolve(server));
  });
}
