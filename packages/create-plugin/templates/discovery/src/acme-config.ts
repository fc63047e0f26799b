import { type Duration, type JsonSchema, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";

/** discovery/<name>.yaml */
export interface AcmeConfig {
  /** Where the lists are: `<url>/<cluster>` gives a JSON object with the nodes of a cluster, by name. */
  readonly url: string;
  /** Time between two questions. */
  readonly interval: Duration;
  /** How long an answer may take; later the source counts as lost. */
  readonly timeout: Duration;
}

export const configSchema: JsonSchema = {
  type: "object",
  required: ["url"],
  additionalProperties: false,
  properties: {
    url: {
      type: "string",
      pattern: "^https?://[^/?#]+(/[^?#]*)?$",
      expects: "an http:// or https:// address",
      description: "Where the lists are: `<url>/<cluster>` gives a JSON object with the nodes of a cluster, by name.",
    },
    interval: { duration: true, default: "2s", description: "Time between two questions." },
    timeout: {
      duration: true,
      default: "5s",
      description: "How long an answer may take; later the source counts as lost.",
    },
  },
};

/** Returns `config` with defaults filled in; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<AcmeConfig> = schemaValidator<AcmeConfig>(configSchema);
