import { readFileSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { taken } from "./demo-web-servers.mjs";
import { root } from "./run-command.mjs";
import { Failure } from "./terminal.mjs";

/** What the files of examples/quickstart say, as far as `npm start` has to know it. */
export function quickstart() {
  const directory = join(root, "examples/quickstart");
  const balancer = readFileSync(join(directory, "balancers/haproxy.yaml"), "utf8");
  const configFile = resolve(directory, readValue(balancer, "config_file"));
  const runDirectory = join(directory, "run");
  const port = Number(readValue(readFileSync(join(directory, "clusters/web.yaml"), "utf8"), "port"));
  const statsPort = Number(readValue(balancer, "port"));
  const httpPort = 9470;
  return {
    directory,
    configFile,
    runDirectory,
    stateDirectory: join(runDirectory, "state"),
    nodesFile: join(directory, "nodes/web.yaml"),
    port,
    statsPort,
    statsUri: readValue(balancer, "uri"),
    httpPort,
    servers: [1, 2, 3].map((number) => ({ name: `app${number}`, port: 8_000 + number })),
    checkPorts: async () => {
      await checkPort(port, "HAProxy");
      await checkPort(statsPort, "HAProxy's statistics page");
      await checkPort(httpPort, "lighthouse-runner's status");
    },
    untilReady: () => untilReady(httpPort),
  };
}

function readValue(yaml, key) {
  const match = new RegExp(`^\\s*${key}:\\s*(\\S+)`, "m").exec(yaml);
  if (match === null) throw new Failure(`examples/quickstart has no ${key}`);
  return match[1];
}

function checkPort(port, what) {
  return new Promise((done, reject) => {
    const probe = createServer();
    probe.once("error", () => reject(new Failure(taken(port, what))));
    probe.listen(port, "127.0.0.1", () => probe.close(done));
  });
}

/** Until the runner says that its first sync is done. */
async function untilReady(port) {
  const deadline = Date.now() + 30_000;
  while (!(await isReady(port))) {
    if (Date.now() > deadline)
      throw new Failure("lighthouse-runner was not ready within 30 s; what it said stands above");
    await delay(50);
  }
}

function isReady(port) {
  return new Promise((done) => {
    get({ host: "127.0.0.1", port, path: "/readyz", agent: false }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    }).once("error", () => done(false));
  });
}
