import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { freePort } from "@lighthouse-sd/test-servers";
import { type Answer, AUTHORITATIVE_ANSWER, type DecodedPacket, decode, encode, type Packet } from "dns-packet";
import { onTestFinished } from "vitest";

/** How a question came. */
export type Transport = "udp" | "tcp";

/** What an odd server says to a question: packets, one after the other; none: nothing. */
export type Answering = (question: DecodedPacket, transport: Transport) => readonly Buffer[];

/** A DNS server that answers as no real one does when it is asked to. */
export interface OddServer {
  readonly address: string;
  /** Every question, in order. */
  readonly questions: { readonly packet: DecodedPacket; readonly transport: Transport; readonly port: number }[];
  /** TCP connections that are open now. */
  readonly connections: ReadonlySet<Socket>;
}

/** Starts one on loopback; it ends with the test. */
export async function oddServer(answering: Answering): Promise<OddServer> {
  const port = await freePort();
  const questions: OddServer["questions"] = [];
  const connections = new Set<Socket>();
  const answer = (bytes: Buffer, transport: Transport, from: number): readonly Buffer[] => {
    const packet = decode(bytes);
    questions.push({ packet, transport, port: from });
    return answering(packet, transport);
  };
  const udp = createSocket("udp4");
  udp.on("message", (bytes, from) => {
    for (const packet of answer(bytes, "udp", from.port)) udp.send(packet, from.port, from.address);
  });
  const tcp = createServer((socket) => {
    connections.add(socket.on("error", () => {}).once("close", () => connections.delete(socket)));
    socket.once("data", (bytes) => {
      for (const packet of answer(bytes.subarray(2), "tcp", socket.remotePort ?? 0)) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(packet.length);
        // In two pieces: streams keep no boundaries.
        socket.write(length.subarray(0, 1));
        socket.write(Buffer.concat([length.subarray(1), packet]));
      }
    });
  });
  await new Promise<void>((resolve) => udp.bind(port, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => tcp.listen(port, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy();
    await Promise.all([
      new Promise<void>((resolve) => udp.close(resolve)),
      new Promise((resolve) => tcp.close(resolve)),
    ]);
  });
  return { address: `127.0.0.1:${port}`, questions, connections };
}

/** Codes by their number in a header. */
export const CODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/** A well-formed answer to a question, or one that is so but for what is changed. */
export function reply(
  question: DecodedPacket,
  {
    code = "NOERROR",
    flags = 0,
    ...more
  }: Partial<Omit<Packet, "flags">> & { readonly code?: keyof typeof CODES; readonly flags?: number },
): Buffer {
  const { id = 0, questions = [] } = question;
  return encode({ type: "response", id, questions, ...more, flags: AUTHORITATIVE_ANSWER | flags | CODES[code] });
}

/** Address records of a name. */
export function a(name: string, ttl: number, ...ips: readonly string[]): Answer[] {
  return ips.map((data) => ({ type: "A", name, ttl, class: "IN", data }));
}

/** The beginning of a zone, with the seconds for which it holds that something is not there. */
export function soa(ttl: number, minimum: number): Answer {
  const data = { mname: "ns.test", rname: "admin.test", serial: 1, refresh: 1, retry: 1, expire: 1, minimum };
  return { type: "SOA", name: "test", ttl, data };
}
