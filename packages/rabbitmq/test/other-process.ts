import { spawn } from "node:child_process";
import type { Cluster } from "@lighthouse-sd/core";
import type { RabbitmqBroker, RabbitmqSite } from "@lighthouse-sd/test-servers";
import type { RabbitMQBlock } from "../src/config/rabbitmq-config.js";
import { configBeside } from "./live-brokers.js";

/** Runs the built balancer in a process of its own that syncs again and again until it is killed. At SIGTERM it ends as a
 * runner does: the sync is called off, and the balancer gets two seconds to let go. `ended` gives the exit code. */
export function startChild(
  site: RabbitmqSite,
  broker: RabbitmqBroker,
  more: object,
  cluster: Cluster<RabbitMQBlock>,
): { kill(signal: NodeJS.Signals): void; readonly ended: Promise<number | null> } {
  const entry = new URL("../dist/index.js", import.meta.url).href;
  const given = { config: configBeside(site, broker, more), cluster, directory: site.directory };
  const script = `
    import RabbitMQ from ${JSON.stringify(entry)};
    import { setTimeout as sleep } from "node:timers/promises";
    const { config, cluster, directory } = JSON.parse(process.argv[1]);
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const peer = { name: "here", ip: "127.0.0.1", port: 1024 };
    const balancer = new RabbitMQ({ name: "rabbitmq", directory, peer, log, requestSync() {} });
    await balancer.applyConfig(RabbitMQ.validateConfig(config));
    const over = new AbortController();
    process.once("SIGTERM", async () => {
      over.abort();
      await Promise.race([balancer.stop(), sleep(2000)]);
      process.exit(0);
    });
    while (!over.signal.aborted) {
      const { syncAgainMs = 200 } = await balancer.syncFile([cluster], over).catch(() => ({}));
      await sleep(syncAgainMs);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify(given)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return { kill: (signal) => void child.kill(signal), ended: new Promise((resolve) => child.once("close", resolve)) };
}
