import { spawn } from "node:child_process";
import type { Cluster } from "@lighthouse-sd/core";
import type { RabbitmqBroker, RabbitmqSite } from "@lighthouse-sd/test-servers";
import type { RabbitMQBlock } from "../src/config/rabbitmq-config.js";
import { configBeside } from "./live-brokers.js";

/** Runs the built balancer in a process of its own that syncs again and again until it is killed. */
export function startChild(
  site: RabbitmqSite,
  broker: RabbitmqBroker,
  command: string,
  cluster: Cluster<RabbitMQBlock>,
): { kill(signal: NodeJS.Signals): void; readonly ended: Promise<unknown> } {
  const entry = new URL("../dist/index.js", import.meta.url).href;
  const given = { config: configBeside(site, broker, { command: [command] }), cluster, directory: site.directory };
  const script = `
    import RabbitMQ from ${JSON.stringify(entry)};
    import { setTimeout as sleep } from "node:timers/promises";
    const { config, cluster, directory } = JSON.parse(process.argv[1]);
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const peer = { name: "here", ip: "127.0.0.1", port: 1024 };
    const balancer = new RabbitMQ({ name: "rabbitmq", directory, peer, log, requestSync() {} });
    await balancer.applyConfig(RabbitMQ.validateConfig(config));
    for (;;) {
      const { syncAgainMs = 200 } = await balancer.syncFile([cluster], { signal: new AbortController().signal });
      await sleep(syncAgainMs);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify(given)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return { kill: (signal) => void child.kill(signal), ended: new Promise((resolve) => child.once("close", resolve)) };
}
