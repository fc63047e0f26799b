import { type Duration, type JsonSchema, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";

/** discovery/<name>.yaml */
export interface FileDiscoveryConfig {
  /** The directory with the clusters' files; a relative one is relative to the configuration directory. */
  readonly path: string;
  /** Age from which on a file that holds one node counts as gone. Undefined: 30 s for files that reporters write, off
   * for the rest. */
  readonly ttl?: Duration;
}

export const configSchema: JsonSchema = {
  type: "object",
  required: ["path"],
  additionalProperties: false,
  properties: {
    path: {
      type: "string",
      minLength: 1,
      expects: "the path of a directory",
      description: "Directory with the clusters' files; relative to the configuration directory.",
    },
    ttl: {
      duration: "off",
      description:
        "Age from which on a file that holds one node counts as gone. Default: 30s for files that reporters write, off for the rest.",
    },
  },
};

/** Returns `config` as it is where it fits; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<FileDiscoveryConfig> = schemaValidator<FileDiscoveryConfig>(configSchema);
