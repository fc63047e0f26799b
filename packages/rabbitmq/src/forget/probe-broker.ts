import { connect, type Socket } from "node:net";
import { eachLimited } from "@lighthouse-sd/plugin-kit";
import type { Probe } from "./forget-guards.js";

/** Where a broker may answer. */
export interface BrokerPlace {
  /** Its Erlang node. */
  readonly node: string;
  /** Where discovery saw it last; undefined: never in this runner's life. */
  readonly client: { readonly host: string; readonly port: number } | undefined;
  readonly epmdPort: number;
}

/** When a probe is given up. */
export interface ProbeLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const AMQP_PORT = 5672;
const EPMD_PORT_PLEASE = 122;
const EPMD_PORT_ANSWER = 119;

/** Whether anything of a broker answers: its port for clients, or its Erlang node. epmd alone is no sign of life: it
 * outlives its brokers. */
export async function probeBroker({ node, client, epmdPort }: BrokerPlace, limits: ProbeLimits): Promise<Probe> {
  const [name = "", host = ""] = node.split("@");
  const found: boolean[] = [];
  const probes = [
    async () => accepts(client?.host ?? host, client?.port ?? AMQP_PORT, limits),
    async () => {
      const port = await registeredPort(name, host, epmdPort, limits);
      return port !== undefined && (await accepts(host, port, limits));
    },
  ];
  try {
    await eachLimited(probes.length, probes, async (probe) => void found.push(await probe()));
  } catch {
    limits.signal.throwIfAborted();
    return found.includes(true) ? "answers" : "unknown";
  }
  return found.includes(true) ? "answers" : "silent";
}

/** Errors that say: nothing listens there. Any other leaves it open, a name that cannot be resolved too. */
const NOBODY: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ETIMEDOUT"]);

async function accepts(host: string, port: number, limits: ProbeLimits): Promise<boolean> {
  const answer = await exchange(host, port, undefined, limits);
  return answer !== "nobody";
}

/** The port that epmd has for a node; undefined: it is not registered there, or there is no epmd. */
async function registeredPort(
  name: string,
  host: string,
  epmdPort: number,
  limits: ProbeLimits,
): Promise<number | undefined> {
  const request = Buffer.alloc(3 + Buffer.byteLength(name));
  request.writeUInt16BE(1 + Buffer.byteLength(name), 0);
  request.writeUInt8(EPMD_PORT_PLEASE, 2);
  request.write(name, 3);
  const answer = await exchange(host, epmdPort, request, limits);
  if (answer === "nobody" || answer.length < 4 || answer[0] !== EPMD_PORT_ANSWER || answer[1] !== 0) return undefined;
  return answer.readUInt16BE(2);
}

/** Connects, and with a request waits for the first bytes of an answer. `nobody`: nothing listens there. */
function exchange(
  host: string,
  port: number,
  request: Buffer | undefined,
  { signal, timeoutMs }: ProbeLimits,
): Promise<Buffer | "nobody"> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host, port });
    const settle = (act: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      act();
    };
    const onAbort = (): void => settle(() => reject(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    socket.setTimeout(timeoutMs, () => settle(() => resolve(socket.connecting ? "nobody" : Buffer.alloc(0))));
    socket.once("connect", () => {
      if (request === undefined) settle(() => resolve(Buffer.alloc(0)));
      else socket.write(request);
    });
    socket.once("data", (bytes: Buffer) => settle(() => resolve(bytes)));
    socket.once("end", () => settle(() => resolve(Buffer.alloc(0))));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      settle(() => (NOBODY.has(error.code) ? resolve("nobody") : reject(error))),
    );
  });
}
