import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Cluster, Logger, SyncResult } from "@lighthouse-sd/core";
import { tempDirectory } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";
import { BrokerTarget } from "../src/broker-target.js";
import type { RabbitMQBlock, RabbitMQConfig } from "../src/config/rabbitmq-config.js";
import { validateConfig } from "../src/config/validate-config.js";
import { planTarget } from "../src/plan-target.js";
import { contextIn } from "./live-brokers.js";

/** What stands for RabbitMQ's commands in a test: every run is noted, and answered as the test says. */
export interface StandIn {
  readonly directory: string;
  readonly fragment: string;
  /** Answers `word` (`cluster_status`, or with a node `cluster_status.mq1@x`) by running this text as a script; without
   * one the answer is an empty success. */
  answer(word: string, script: string): Promise<void>;
  /** The arguments of every run so far, beginning at the node's name. */
  runs(): Promise<readonly (readonly string[])[]>;
  target(more?: object, sources?: { readonly now?: () => number; readonly log?: Logger }): StandInTarget;
}

/** A target beside no broker at all. */
export interface StandInTarget {
  readonly target: BrokerTarget;
  readonly config: RabbitMQConfig;
  sync(cluster: Cluster<RabbitMQBlock>): Promise<SyncResult>;
  plan(cluster: Cluster<RabbitMQBlock>): ReturnType<typeof planTarget>;
}

/** Makes one, for a broker `mq4@x`; removed with the test. */
export async function standIn(): Promise<StandIn> {
  const { path, remove } = await tempDirectory();
  onTestFinished(remove);
  const program = join(path, "rabbitmqctl");
  const [notes, answers, fragment] = [join(path, "notes"), join(path, "answers"), join(path, "90-lighthouse.conf")];
  await mkdir(answers);
  await writeFile(notes, "");
  const script = [
    "#!/bin/sh",
    "shift 2",
    `{ printf '%s\\037' "$@"; printf '\\036'; } >> '${notes}'`,
    `cd '${path}'`,
    `for file in "${answers}/$2.$1" "${answers}/$2"; do if [ -f "$file" ]; then . "$file"; exit; fi; done`,
  ];
  await writeFile(program, `${script.join("\n")}\n`);
  await chmod(program, 0o755);
  return {
    directory: path,
    fragment,
    answer: (word, text) => writeFile(join(answers, word), text),
    runs: async () =>
      (await readFile(notes, "utf8"))
        .split("\u001e")
        .slice(0, -1)
        .map((run) => run.split("\u001f").slice(0, -1)),
    target: (more = {}, { now = () => 0, log } = {}) => {
      const own = { config_file: fragment, self: "mq4@x", command: [program], queues_command: [program] };
      const config = validateConfig({ ...own, ...more });
      const context = { ...contextIn(path), ...(log && { log }) };
      const target = new BrokerTarget(config, context, { now, random: () => 0 });
      const signal = new AbortController().signal;
      onTestFinished(() => target.stop());
      return {
        target,
        config,
        sync: (cluster) => target.sync([cluster], { signal }),
        plan: (cluster) => planTarget(config, context, [cluster], { signal }),
      };
    },
  };
}

/** A script that answers with this text. */
export function saying(text: string): string {
  return `cat <<'END'\n${text}\nEND\n`;
}

/** What `cluster_status --formatter json` says. */
export function statusText(
  members: readonly string[],
  more: { running?: readonly string[]; version?: string } = {},
): string {
  const { running = members, version = "3.10.8" } = more;
  const versions = Object.fromEntries(members.map((name) => [name, { rabbitmq_version: version }]));
  return JSON.stringify({
    disk_nodes: members,
    ram_nodes: [],
    running_nodes: running,
    partitions: {},
    alarms: [],
    versions,
  });
}

/** Makes the stand-in `mq4@x` a blank broker that is alone, and `mq1@x` a cluster that it can join. */
export async function blankBesideCluster(stand: StandIn, version = "3.10.8"): Promise<void> {
  const id = (value: string): string => `[{"name":"internal_cluster_id","value":"\\"${value}\\""}]`;
  const blank = Object.fromEntries(
    ["queues", "exchanges", "bindings", "policies", "parameters", "global_parameters"].map((key) => [key, []]),
  );
  await stand.answer("cluster_status.mq4@x", saying(statusText(["mq4@x"], { version })));
  await stand.answer("cluster_status.mq1@x", saying(statusText(["mq1@x", "mq2@x"], { version })));
  await stand.answer("list_global_parameters.mq4@x", saying(id("own")));
  await stand.answer("list_global_parameters.mq1@x", saying(id("theirs")));
  await stand.answer("list_connections", saying("[]"));
  await stand.answer("export_definitions", saying(JSON.stringify({ ...blank, users: [{}], vhosts: [{}] })));
}

/** A server that answers as `answer` says, on loopback; closed with the test. Gives its port. */
export async function httpStandIn(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<number> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A file with a password beside the stand-in. */
export async function passwordFile(stand: StandIn, password: string): Promise<string> {
  const file = join(stand.directory, "password");
  await rm(file, { force: true });
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return file;
}
