import { type JsonSchema, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";
import { type TlsSettings, tlsSchema } from "./tls-settings.js";

/** The block `redis` under `checks`. */
export interface RedisCheckConfig {
  /** The ACL user to log in as. Undefined, with a password: the default user. */
  readonly username?: string;
  /** The file that holds the password; read at each check. */
  readonly password_file?: string;
  /** The replication role that the server must have. */
  readonly role?: "master" | "replica";
  /** Present: the connection is a TLS one. */
  readonly tls?: TlsSettings;
}

export const configSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  dependencies: { username: ["password_file"] },
  properties: {
    username: { type: "string", minLength: 1, expects: "a user's name", description: "The ACL user to log in as." },
    password_file: {
      type: "string",
      minLength: 1,
      expects: "the path of a file",
      description: "The file that holds the password; relative to the configuration directory, read at each check.",
    },
    role: { enum: ["master", "replica"], description: "The replication role that the server must have." },
    tls: { ...tlsSchema, description: "Present: the connection is a TLS one." },
  },
};

/** Returns `config` as it is where it fits; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<RedisCheckConfig> = schemaValidator<RedisCheckConfig>(configSchema);
