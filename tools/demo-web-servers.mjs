import { createServer } from "node:http";
import { Failure } from "./terminal.mjs";

/** Starts the example's web servers; each answers `Hello from <name>`. */
export async function startWebServers(wanted) {
  const servers = [];
  const stop = async () => {
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  try {
    for (const { name, port } of wanted) servers.push(await startWebServer(name, port));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

function startWebServer(name, port) {
  const server = createServer((_request, response) => response.end(`Hello from ${name}\n`));
  // HAProxy keeps connections to its servers: one that closes them first would fail a request now and then.
  server.keepAliveTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(new Failure(error.code === "EADDRINUSE" ? taken(port, `the web server ${name}`) : error.message)),
    );
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** What is said of a port that something else listens on. */
export function taken(port, what) {
  return `port ${port} on 127.0.0.1 is taken, and ${what} needs it: end the program that has it (ss -ltnp 'sport = :${port}' names it)`;
}
