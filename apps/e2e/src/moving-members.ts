import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { freePort } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";

/** A server on two loopback addresses and one port, so that its node may move from one to the other. */
export interface MovingMember {
  readonly name: string;
  readonly port: number;
  readonly ips: readonly [string, string];
  /** Requests, or connections, that it has got so far; health checks are none. */
  readonly served: number;
}

const IPS = ["127.0.0.2", "127.0.0.3"] as const;

/** Answers each GET with its name. Ends with the test. */
export async function movingWebMember(name: string): Promise<MovingMember> {
  const member = { name, port: await freePort(), ips: IPS, served: 0 };
  await listenOnAll(member, () => {
    const server = createHttpServer((request, response) => {
      if (request.method === "GET") member.served += 1;
      response.writeHead(200, { "content-type": "text/plain" }).end(name);
    });
    // A proxy keeps connections to its servers; one that a server closes while idle would be a failure of the test's own.
    server.keepAliveTimeout = 0;
    return server;
  });
  return member;
}

/** Greets each connection with a line that is its name, and sends back whatever comes. Ends with the test. */
export async function movingEchoMember(name: string): Promise<MovingMember> {
  const member = { name, port: await freePort(), ips: IPS, served: 0 };
  await listenOnAll(member, () =>
    createServer((socket) => {
      member.served += 1;
      socket.on("error", () => socket.destroy());
      socket.write(`${name}\n`);
      socket.pipe(socket);
    }),
  );
  return member;
}

async function listenOnAll({ port, ips }: MovingMember, create: () => Server): Promise<void> {
  for (const ip of ips) {
    const server = create();
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, ip, resolve);
    });
    onTestFinished(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
  }
}
