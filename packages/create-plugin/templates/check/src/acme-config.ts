import { type JsonSchema, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";

/** The check's block under `checks` in services/<name>.yaml. */
export interface AcmeConfig {
  /** The line that is said to the service. */
  readonly say: string;
  /** The line that a fit service answers. */
  readonly expect: string;
}

const line = { type: "string", pattern: "^[^\\r\\n]+$", expects: "one line of text" };

export const configSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    say: { ...line, default: "PING", description: "The line that is said to the service." },
    expect: { ...line, default: "PONG", description: "The line that a fit service answers." },
  },
};

/** Returns `config` with defaults filled in; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<AcmeConfig> = schemaValidator<AcmeConfig>(configSchema);
