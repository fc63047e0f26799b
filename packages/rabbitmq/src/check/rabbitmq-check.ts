import {
  type CallOptions,
  Check,
  type CheckPlugin,
  type CheckTarget,
  formatAddress,
  type JsonSchema,
  type SchemaValidator,
} from "@lighthouse-sd/core";
import { ManagementApi } from "../broker/management-api.js";
import { parseManagement } from "../broker/parse-cluster-status.js";
import { greetBroker } from "./amqp-handshake.js";
import { checkSchema, type RabbitMQCheckConfig, validateCheck } from "./check-config.js";

const COLUMNS = "name,running,partitions,mem_alarm,disk_free_alarm";

/** Passes where a RabbitMQ broker takes clients and, as its management API says, has raised no alarm and sees no
 * partition. */
export default class RabbitMQCheck extends Check<RabbitMQCheckConfig> {
  static readonly configSchema: JsonSchema = checkSchema;
  static readonly validateConfig: SchemaValidator<RabbitMQCheckConfig> = validateCheck;

  #config: RabbitMQCheckConfig = {};

  /** Needs nothing but Node. */
  static async validateDependencies(): Promise<boolean> {
    return true;
  }

  override applyConfig(config: RabbitMQCheckConfig): void {
    this.#config = config;
  }

  override async perform(target: CheckTarget, { signal }: CallOptions): Promise<boolean> {
    const who = `rabbitmq ${formatAddress(target.host, target.port)}`;
    try {
      await greetBroker(target, signal);
      await this.#requireFit(signal);
    } catch (error) {
      const words = signal.aborted ? "its time was up before the broker was found fit" : (error as Error).message;
      throw new Error(`${who}: ${words}`, { cause: error });
    }
    return true;
  }

  async #requireFit(signal: AbortSignal): Promise<void> {
    const { management } = this.#config;
    if (management === undefined) return;
    const api = new ManagementApi(management, this.context.directory);
    try {
      const limits = { signal, timeoutMs: Number.POSITIVE_INFINITY };
      const overview = await api.get("overview?columns=node,rabbitmq_version", limits);
      const found = parseManagement(await api.get(`nodes?columns=${COLUMNS}`, limits), overview);
      if (found === undefined) throw new Error("what its management API says cannot be read");
      const { node, view } = found;
      const own = view.alarms.filter((alarm) => alarm.startsWith(`${node}: `));
      if (own.length > 0) throw new Error(`alarms are raised: ${own.join(", ")}`);
      if (view.partitioned.includes(node))
        throw new Error(`${node} is in a partition with ${view.partitioned.join(", ")}`);
      if (!view.running.includes(node)) throw new Error(`${node} is not running`);
    } finally {
      api.close();
    }
  }
}

RabbitMQCheck satisfies CheckPlugin<RabbitMQCheckConfig>;
