import type { Peer } from "@lighthouse-sd/core";
import type { RabbitMQConfig } from "../config/rabbitmq-config.js";
import { fromTemplate, isNodeName } from "./node-name.js";

/** The Erlang node of the broker on this host. Throws, saying what to set, where it has no usable name. */
export function ownName(config: Pick<RabbitMQConfig, "self" | "nodename">, host: Peer): string {
  const name = config.self ?? fromTemplate(config.nodename, { host: host.name, ip: host.ip });
  if (isNodeName(name)) return name;
  throw new Error(
    `this host's broker would be called ${JSON.stringify(name)}, which is no Erlang node's name: set self to what rabbitmqctl status says`,
  );
}
