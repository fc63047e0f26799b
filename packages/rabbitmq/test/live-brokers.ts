import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster, Context, Node, SyncResult } from "@lighthouse-sd/core";
import { type RabbitmqBroker, type RabbitmqSite, waitFor } from "@lighthouse-sd/test-servers";
import { BrokerTarget } from "../src/broker-target.js";
import type { RabbitMQBlock, RabbitMQConfig } from "../src/config/rabbitmq-config.js";
import { validateConfig } from "../src/config/validate-config.js";
import { planTarget } from "../src/plan-target.js";
import { blockOf } from "./samples.js";

const STEP_MS = 600_000;
const HOUR_MS = 3_600_000;
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
 * in `hung`. One that contains `holdAt` is carried out once there is a file `go`. */
export async function notingCommand(
  site: RabbitmqSite,
  name: string,
  { hangAt = "no such word", holdAt = "no such word" }: { readonly hangAt?: string; readonly holdAt?: string } = {},
): Promise<{ readonly program: string; readonly notes: string; readonly hung: string; readonly go: string }> {
  const [program, notes, hung, go] = ["", ".notes", ".hung", ".go"].map((end) => join(site.directory, `${name}${end}`));
  const script = [
    "#!/bin/sh",
    `printf '%s\\n' "$*" >> "${notes}"`,
    `case "$*" in *"${hangAt}"*) echo $$ > "${hung}"; exec sleep 100000;; esac`,
    `case "$*" in *"${holdAt}"*) until [ -e "${go}" ]; do sleep 0.1; done;; esac`,
    `exec "${join(site.programs, "rabbitmqctl")}" "$@"`,
  ];
  await writeFile(program ?? "", `${script.join("\n")}\n`);
  await chmod(program ?? "", 0o755);
  return { program: program ?? "", notes: notes ?? "", hung: hung ?? "", go: go ?? "" };
}

/** A cluster as the management API of one of its brokers shows it. */
export interface Seen {
  readonly members: readonly string[];
  readonly running: readonly string[];
  /** Somebody sees a partition. */
  readonly isCut: boolean;
}

/** Waits until a broker sees its cluster so. */
export async function untilSeen(broker: RabbitmqBroker, what: string, isSo: (seen: Seen) => boolean): Promise<void> {
  await waitFor(async () => isSo(await seenBy(broker)), { what, deadlineMs: STEP_MS, everyMs: 200 });
}

/** Waits until a file says something, and gives all of it. */
export function untilSays(file: string, text: string): Promise<string> {
  const read = async (): Promise<string | false> => {
    const said = await readFile(file, "utf8");
    return said.includes(text) && said;
  };
  return waitFor(read, { what: `${JSON.stringify(text)} in ${file}`, deadlineMs: STEP_MS });
}

/** Who is a member of a broker's cluster, and who of them runs, as its management API says. */
export async function seenBy(broker: RabbitmqBroker): Promise<Seen> {
  const text = await broker.management("nodes?columns=name,running,partitions");
  const rows = JSON.parse(text) as readonly { name: string; running: boolean; partitions?: readonly string[] }[];
  const names = (found: typeof rows): readonly string[] => found.map(({ name }) => name).sort();
  return {
    members: names(rows),
    running: names(rows.filter(({ running }) => running)),
    // A row of a node that is down, or has just come, need not say it.
    isCut: rows.some(({ partitions = [] }) => partitions.length > 0),
  };
}

/** A clock that goes on by so many milliseconds whenever it is looked at. */
export function hastyClock(stepMs: number): () => number {
  let atMs = 0;
  return () => {
    atMs += stepMs;
    return atMs;
  };
}

/** What a runner says of the members that are not there, at times three hours apart. */
export interface Reports {
  readonly runner: BesideBroker;
  /** Looks until something that matches is said, and gives that. */
  until(wanted: RegExp): Promise<string>;
}

/** Begins to look beside the first of `members`, of whom discovery names `named` alone from then on. */
export async function reportsBeside(
  site: RabbitmqSite,
  members: readonly RabbitmqBroker[],
  named: readonly RabbitmqBroker[],
  more: object,
): Promise<Reports> {
  const [first] = members;
  if (first === undefined) throw new Error("a cluster has members");
  let hours = 0;
  const own = { reconcile_interval: "1h", command_timeout: "40s", ...more };
  const runner = beside(site, first, own, () => hours * HOUR_MS);
  const block = { expected_size: members.length } as const;
  await runner.until([clusterAt(members, block)], "the broker to confirm", ({ converged }) => converged);
  const say = async (): Promise<string> => {
    hours += 3;
    return messagesOf(await runner.sync([clusterAt(named, block)]));
  };
  const until = (wanted: RegExp): Promise<string> =>
    waitFor(async () => (await say()).match(wanted)?.[0], { what: String(wanted), deadlineMs: STEP_MS });
  return { runner, until };
}
