import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { CheckTarget } from "@lighthouse-sd/core";
import { unseen } from "../plugin/left-running.js";
import type { CheckPromise } from "./check-promises.js";

/** Where a service may be. */
export const addressPromises: readonly CheckPromise[] = [
  {
    name: "reaches a service by its IPv6 address",
    async holds(bench) {
      const forwarder = await unseen(() => Forwarder.start("::1", bench.service.target));
      // A host without IPv6 on loopback cannot try it.
      if (forwarder === undefined) return;
      try {
        const { fit, reason } = await bench.ask(await bench.start(), forwarder.target);
        assert.ok(fit, `a fit service was found unfit: ${reason ?? "without a reason"}`);
      } finally {
        await forwarder.close();
      }
    },
  },
];

/** Stands in for a service at another address. */
class Forwarder {
  readonly #open = new Set<Socket>();

  private constructor(
    readonly server: Server,
    readonly target: CheckTarget,
  ) {}

  /** Undefined: there is no such address here. */
  static async start(host: string, to: CheckTarget): Promise<Forwarder | undefined> {
    const server = createServer();
    try {
      server.listen(0, host);
      await once(server, "listening");
    } catch {
      return undefined;
    }
    const forwarder = new Forwarder(server, { host, port: (server.address() as AddressInfo).port });
    server.on("connection", (near) => forwarder.#join(near, connect(to.port, to.host)));
    return forwarder;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }

  #join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(one);
      one
        .on("error", () => undefined)
        .once("close", () => {
          this.#open.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  }
}
