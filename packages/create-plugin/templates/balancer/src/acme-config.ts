import { type JsonSchema, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";

/** balancers/<name>.yaml */
export interface AcmeConfig {
  /** The file that lists the members; relative to the configuration directory. */
  readonly file: string;
  /** The program that says whether a new file is good, with its arguments, `{file}` among them. */
  readonly check?: readonly string[];
  /** The program that has the file loaded, with its arguments; it ends with 0 where it was. */
  readonly reload?: readonly string[];
}

/** This balancer's block in clusters/<name>.yaml. */
export interface AcmeBlock {
  /** What the cluster is called in the file. Default: its own name. */
  readonly label?: string;
}

const command = { type: "array", items: { type: "string" }, minItems: 1, expects: "a program and its arguments" };

export const configSchema: JsonSchema = {
  type: "object",
  required: ["file"],
  additionalProperties: false,
  properties: {
    file: {
      type: "string",
      minLength: 1,
      expects: "the path of a file",
      description: "The file that lists the members; relative to the configuration directory.",
    },
    check: { ...command, description: "Says whether a new file is good; `{file}` stands for it." },
    reload: { ...command, description: "Has the file loaded." },
  },
};

export const clusterSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    label: {
      type: "string",
      pattern: "^[A-Za-z0-9._-]+$",
      expects: "letters, digits, dots, _ and -",
      description: "What the cluster is called in the file. Default: its own name.",
    },
  },
};

/** Returns `config` as it is where it fits; throws ConfigError with every problem. */
export const validateConfig: SchemaValidator<AcmeConfig> = schemaValidator<AcmeConfig>(configSchema);
