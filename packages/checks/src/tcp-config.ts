import { type JsonSchema, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";
import { type TlsSettings, tlsSchema } from "./tls-settings.js";

/** The block `tcp` under `checks`. Without `response` a connection is all that is wanted. */
export interface TcpCheckConfig {
  /** What is sent. */
  readonly query?: string;
  /** The first line that the answer must have. */
  readonly response?: string;
  /** Present: the connection is a TLS one. */
  readonly tls?: TlsSettings;
}

export const configSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  dependencies: { query: ["response"] },
  properties: {
    query: { type: "string", minLength: 1, expects: "a text", description: "What is sent after connecting." },
    response: {
      type: "string",
      minLength: 1,
      pattern: "^[^\\n]*\\n?$",
      expects: "a text of one line",
      description: "The first line of the answer. Without it, a connection is all that is wanted.",
    },
    tls: { ...tlsSchema, description: "Present: the connection is a TLS one." },
  },
};

/** Returns `config` as it is where it fits; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<TcpCheckConfig> = schemaValidator<TcpCheckConfig>(configSchema);
