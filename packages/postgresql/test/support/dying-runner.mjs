// Brings a PostgreSQL server in line, and is killed (SIGKILL) right before its step of the number it is told: a step is a
// call that reads or changes files, or bytes sent to a server. Answers with the steps that it took.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

const CHANGING = new Set(["rename", "unlink", "chown", "writeFile", "sync", "utimes", "chmod"]);
const steps = [];
let last = Number.POSITIVE_INFINITY;

function taking(name, target) {
  const call = target[name];
  target[name] = function (...args) {
    if (steps.length === last) process.kill(process.pid, "SIGKILL");
    const isChange = CHANGING.has(name) || (name === "open" && typeof args[1] === "number");
    steps.push(isChange ? `change: ${name}` : name);
    return call.apply(this, args);
  };
}

const probe = await fs.promises.open("/dev/null");
const handle = Object.getPrototypeOf(probe);
await probe.close();
for (const name of ["writeFile", "write", "sync", "utimes", "chmod", "chown"]) taking(name, handle);
for (const name of ["open", "readFile", "rename", "unlink", "chown", "stat"]) taking(name, fs.promises);
taking("write", net.Socket.prototype);
syncBuiltinESMExports();

const { default: PostgreSQL } = await import("../../dist/index.js");
process.once("message", async ({ config, clusters, directory, killAt }) => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const peer = { name: "here", ip: "192.0.2.1", port: 1024 };
  const balancer = new PostgreSQL({ name: "dying", directory, peer, log, requestSync() {} });
  await balancer.applyConfig(config);
  steps.length = 0;
  last = killAt ?? last;
  const { converged } = await balancer.syncFile(clusters, { signal: new AbortController().signal });
  const taken = [...steps];
  await balancer.stop();
  process.send({ converged, taken }, () => process.disconnect());
});
process.send("ready");
