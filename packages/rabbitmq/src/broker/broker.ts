import { durationMs } from "@lighthouse-sd/core";
import type { RabbitMQConfig } from "../config/rabbitmq-config.js";
import { BrokerCommands, type CommandLimits } from "./broker-commands.js";
import { type Answer, type ClusterView, unknown } from "./cluster-view.js";
import { ManagementApi } from "./management-api.js";
import { parseClusterStatus, parseManagement, parseObject } from "./parse-cluster-status.js";
import { parseCritical, parseReplicas, type QueueId, type Replicas, readCritical } from "./quorum-queues.js";

/** What stands in every broker from its first boot on. */
const COLUMNS = "name,type,running,partitions,mem_alarm,disk_free_alarm";
const CHANGE_FACTOR = 4;
/** Kinds of things that a person or program puts into a broker. */
const CONTENTS = ["queues", "exchanges", "bindings", "policies", "parameters", "global_parameters"] as const;

/** The broker on this host, and the brokers that it can reach, by the questions that are put to them. */
export class Broker {
  readonly self: string;
  readonly commands: BrokerCommands;
  readonly #management: ManagementApi | undefined;
  readonly #timeoutMs: number;

  constructor(config: RabbitMQConfig, self: string, directory: string) {
    this.self = self;
    this.commands = new BrokerCommands(config);
    this.#management = config.management && new ManagementApi(config.management, directory);
    this.#timeoutMs = durationMs(config.command_timeout);
  }

  /** How long a question may take. */
  limits(signal: AbortSignal): CommandLimits {
    return { signal, timeoutMs: this.#timeoutMs };
  }

  /** How long a command that changes something may take. */
  changeLimits(signal: AbortSignal): CommandLimits {
    return { signal, timeoutMs: CHANGE_FACTOR * this.#timeoutMs };
  }

  /** What the broker on this host says of its cluster. */
  async view(signal: AbortSignal): Promise<Answer<ClusterView>> {
    if (this.#management === undefined) return this.viewOf(this.self, signal);
    try {
      return await this.#managementView(this.#management, signal);
    } catch (error) {
      signal.throwIfAborted();
      return unknown((error as Error).message);
    }
  }

  /** What `node` says of its cluster, by command. */
  async viewOf(node: string, signal: AbortSignal): Promise<Answer<ClusterView>> {
    const answer = await this.commands.ask(node, ["cluster_status", "--formatter", "json"], this.limits(signal));
    if (!answer.known) return answer;
    const view = parseClusterStatus(answer.value, node);
    if (view === undefined) return unknown(`the cluster status that ${node} gave cannot be read`);
    return { known: true, value: view };
  }

  /** The identity of the cluster that `node` is in. */
  async clusterId(node: string, signal: AbortSignal): Promise<Answer<string>> {
    const args = ["list_global_parameters", "--formatter", "json"];
    const answer = await this.commands.ask(node, args, this.limits(signal));
    if (!answer.known) return answer;
    const id = /"name"\s*:\s*"internal_cluster_id"\s*,\s*"value"\s*:\s*"\\"([\w+/=-]+)\\""/.exec(answer.value)?.[1];
    return id === undefined ? unknown(`${node} does not say its cluster's identity`) : { known: true, value: id };
  }

  /** What is in the broker on this host that a join would destroy, in words; an empty list: nothing. */
  async contents(signal: AbortSignal): Promise<Answer<readonly string[]>> {
    const answer = await this.commands.ask(this.self, ["export_definitions", "-"], this.limits(signal));
    if (!answer.known) return answer;
    const definitions = parseObject(answer.value);
    if (definitions === undefined) return unknown("its definitions cannot be read");
    return { known: true, value: contentsOf(definitions) };
  }

  /** The quorum queues that would lose their majority with `node`, where a replica of them runs: RabbitMQ's own check. */
  async criticalQueues(node: string, signal: AbortSignal): Promise<Answer<readonly QueueId[]>> {
    const limits = this.limits(signal);
    if (node !== this.self || this.#management === undefined) {
      const args = ["check_if_node_is_quorum_critical", "--formatter", "json"];
      return this.commands.askQueuesFor(node, args, limits, readCritical);
    }
    try {
      const { status, body } = await this.#management.getAnyStatus("health/checks/node-is-quorum-critical", limits);
      const found = status === 200 ? [] : status === 503 ? parseCritical(body) : undefined;
      if (found !== undefined) return { known: true, value: found };
      return unknown(`the management API's check of quorum queues: status ${status}`);
    } catch (error) {
      signal.throwIfAborted();
      return unknown((error as Error).message);
    }
  }

  /** The replicas of the quorum queues of a virtual host, by the queue's name. Queues whose leader is gone are not among
   * them. By command also where there is a management API: that leaves out what its user may not see. */
  async replicas(virtualHost: string, signal: AbortSignal): Promise<Answer<ReadonlyMap<string, Replicas>>> {
    const args = ["list_queues", `--vhost=${virtualHost}`, "name", "members", "online", "--formatter", "json"];
    const answer = await this.commands.ask(this.self, args, this.limits(signal));
    if (!answer.known) return answer;
    const found = parseReplicas(answer.value);
    return found === undefined ? unknown("its queues cannot be read") : { known: true, value: found };
  }

  /** How many clients are connected to the broker on this host. */
  async connections(signal: AbortSignal): Promise<Answer<number>> {
    const args = ["list_connections", "pid", "--formatter", "json"];
    const answer = await this.commands.ask(this.self, args, this.limits(signal));
    if (!answer.known) return answer;
    try {
      const list: unknown = JSON.parse(answer.value.slice(Math.max(0, answer.value.indexOf("["))));
      if (Array.isArray(list)) return { known: true, value: list.length };
    } catch {
      // Said below.
    }
    return unknown("its connections cannot be read");
  }

  /** Lets connections go. */
  close(): void {
    this.#management?.close();
  }

  async #managementView(management: ManagementApi, signal: AbortSignal): Promise<Answer<ClusterView>> {
    const limits = this.limits(signal);
    const [overview, nodes] = await Promise.all([
      management.get("overview?columns=node,rabbitmq_version", limits),
      management.get(`nodes?columns=${COLUMNS}`, limits),
    ]);
    const found = parseManagement(nodes, overview);
    if (found === undefined) return unknown("what the management API says of the cluster cannot be read");
    if (found.node === this.self) return { known: true, value: found.view };
    return unknown(
      `the management API is that of ${found.node}, but this host's broker should be ${this.self}: set self`,
    );
  }
}

/** What definitions hold beside what a new broker has: one user and one virtual host. */
export function contentsOf(definitions: Readonly<Record<string, unknown>>): readonly string[] {
  const count = (key: string): number => {
    const value = definitions[key];
    // Not a list: an unknown form, in which anything may be.
    return Array.isArray(value) ? value.length : 1;
  };
  const beyondFirst = (key: string): number => Math.max(0, count(key) - 1);
  return [
    ...CONTENTS.map((key) => [key.replace("_", " "), count(key)] as const),
    ["more users", beyondFirst("users")] as const,
    ["more virtual hosts", beyondFirst("vhosts")] as const,
  ]
    .filter(([, number]) => number > 0)
    .map(([what, number]) => `${number} ${what}`);
}
