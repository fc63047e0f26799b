import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { acceptsConnections } from "../src/accepts-connections.js";
import { requireServer, startRedis, tempDirectory } from "../src/index.js";

/** The first bytes a server answers. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(command));
    socket.once("error", reject);
    socket.once("data", (answer) => {
      socket.destroy();
      resolve(answer.toString());
    });
  });
}

test.skipIf(!requireServer("redis"))("a Redis server answers as it is set, until it is stopped", async () => {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  const server = await startRedis({ directory: directory.path, settings: ["requirepass secret"] });
  onTestFinished(() => server.stop());
  expect(await ask(server.port, "PING\r\n")).toMatch(/^-NOAUTH/);
  expect(await ask(server.port, "AUTH secret\r\n")).toBe("+OK\r\n");
  await server.stop();
  await expect(acceptsConnections(server.port)).rejects.toThrow("ECONNREFUSED");
});
