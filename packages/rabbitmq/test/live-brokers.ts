import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster, Context, Node, SyncResult } from "@lighthouse-sd/core";
import { type RabbitmqBroker, type RabbitmqSite, waitFor } from "@lighthouse-sd/test-servers";
import { BrokerTarget } from "../src/broker-target.js";
import type { RabbitMQBlock, RabbitMQConfig } from "../src/config/rabbitmq-config.js";
import { validateConfig } from "../src/config/validate-config.js";
import { planTarget } from "../src/plan-target.js";
import { blockOf } from "./samples.js";

const STEP_MS = 300_000;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What runs beside one broker in a test. */
export interface BesideBroker {
  readonly target: BrokerTarget;
  readonly config: RabbitMQConfig;
  sync(clusters: readonly Cluster<RabbitMQBlock>[]): Promise<SyncResult>;
  plan(clusters: readonly Cluster<RabbitMQBlock>[]): ReturnType<typeof planTarget>;
  /** Syncs again and again until `isDone` says so. */
  until(
    clusters: readonly Cluster<RabbitMQBlock>[],
    what: string,
    isDone: (result: SyncResult) => boolean | Promise<boolean>,
  ): Promise<SyncResult>;
}

/** A context that says nothing. */
export function contextIn(directory: string): Context {
  const peer = { name: "here", ip: "127.0.0.1", port: 1024 };
  return { name: "rabbitmq", directory, peer, log: SILENT, requestSync: () => undefined };
}

/** The configuration of a balancer beside a broker, as its file would hold it. */
export function configBeside(site: RabbitmqSite, broker: RabbitmqBroker, more: object = {}): object {
  return {
    config_file: join(broker.confDirectory, "90-lighthouse.conf"),
    self: broker.name,
    command: [join(site.programs, "rabbitmqctl")],
    queues_command: [join(site.programs, "rabbitmq-queues")],
    environment: site.environment,
    reconcile_interval: "1s",
    command_timeout: "45s",
    ...more,
  };
}

/** The management API of a broker, as its block in the configuration. */
export async function managementOf(site: RabbitmqSite, broker: RabbitmqBroker): Promise<object> {
  const file = join(site.directory, "guest.password");
  await writeFile(file, "guest\n", { mode: 0o600 });
  return { url: `http://127.0.0.1:${broker.managementPort}`, username: "guest", password_file: file };
}

/** A target beside `broker`. */
export function beside(
  site: RabbitmqSite,
  broker: RabbitmqBroker,
  more: object = {},
  now: () => number = () => performance.now(),
): BesideBroker {
  const config = validateConfig(configBeside(site, broker, more));
  const context = contextIn(site.directory);
  const target = new BrokerTarget(config, context, { now, random: () => 0 });
  const sync = (clusters: readonly Cluster<RabbitMQBlock>[]): Promise<SyncResult> =>
    target.sync(clusters, { signal: new AbortController().signal });
  return {
    target,
    config,
    sync,
    plan: (clusters) => planTarget(config, context, clusters, { signal: new AbortController().signal }),
    until: async (clusters, what, isDone) => {
      const step = async (): Promise<SyncResult | false> => {
        const result = await sync(clusters);
        return (await isDone(result)) && result;
      };
      return await waitFor(step, { what, deadlineMs: STEP_MS, everyMs: 200 });
    },
  };
}

/** The cluster of these brokers, as discovery gives it. */
export function clusterAt(
  brokers: readonly RabbitmqBroker[],
  block: Partial<RabbitMQBlock> = {},
  more: Partial<Cluster<RabbitMQBlock>> = {},
): Cluster<RabbitMQBlock> {
  const nodes = brokers.map(
    ({ name, port }): Node => ({
      name: `localhost:${port}`,
      host: "localhost",
      ip: "127.0.0.1",
      port,
      peer: null,
      metadata: { rabbitmq_node: name },
    }),
  );
  return { name: "mq", metaCluster: null, config: blockOf(block), nodes, live: true, ...more };
}

/** What a sync's problems say. */
export function messagesOf({ problems }: SyncResult): string {
  return (problems ?? []).map(({ message }) => message).join("\n");
}

/** A rabbitmqctl that notes every command in `notes` and, before one that contains `hangAt`, hangs instead: its pid is then
 * in `hung`. */
export async function notingCommand(
  site: RabbitmqSite,
  name: string,
  hangAt = "no such word",
): Promise<{ readonly program: string; readonly notes: string; readonly hung: string }> {
  const [program, notes, hung] = [name, `${name}.notes`, `${name}.hung`].map((file) => join(site.directory, file));
  const script = [
    "#!/bin/sh",
    `printf '%s\\n' "$*" >> "${notes}"`,
    `case "$*" in *"${hangAt}"*) echo $$ > "${hung}"; exec sleep 100000;; esac`,
    `exec "${join(site.programs, "rabbitmqctl")}" "$@"`,
  ];
  await writeFile(program ?? "", `${script.join("\n")}\n`);
  await chmod(program ?? "", 0o755);
  return { program: program ?? "", notes: notes ?? "", hung: hung ?? "" };
}
