import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { checkConformance } from "@lighthouse-sd/conformance";
import { describe, it } from "vitest";
import AcmeCheck from "../src/index.js";

checkConformance(
  { describe, it },
  {
    plugin: AcmeCheck,
    invalidConfigs: [{ config: { say: 5 }, path: "say" }],
    async create() {
      let fit = true;
      const open = new Set<Socket>();
      const server = createServer((socket) => {
        open.add(socket);
        socket.on("error", () => undefined).once("close", () => open.delete(socket));
        socket.on("data", () => socket.write(fit ? "PONG\n" : "BUSY\n"));
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return {
        directory: tmpdir(),
        config: {},
        target: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
        setFit(wanted) {
          fit = wanted;
        },
        async dispose() {
          for (const socket of open) socket.destroy();
          server.close();
          await once(server, "close");
        },
      };
    },
  },
);
