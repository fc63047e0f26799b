import { type JsonSchema, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";
import { configSchema as balancerSchema } from "../config/config-schema.js";
import type { Management } from "../config/rabbitmq-config.js";

/** What is wanted of a broker. */
export interface RabbitMQCheckConfig {
  /** Where alarms and partitions are asked for. Without it the broker has to answer as one that takes clients. */
  readonly management?: Management;
}

/** Of `checks.rabbitmq` in services/<name>.yaml. */
export const checkSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: { management: (balancerSchema["properties"] as Readonly<Record<string, unknown>>)["management"] },
};

/** Returns a copy; throws ConfigError with every problem. */
export const validateCheck: SchemaValidator<RabbitMQCheckConfig> = schemaValidator(checkSchema);
