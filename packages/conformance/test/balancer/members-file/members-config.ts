import type { JsonSchema } from "@lighthouse-sd/core";

/** The balancer's own file, balancers/<name>.yaml. */
export interface MembersConfig {
  /** The file to keep; relative to the configuration directory. */
  readonly path: string;
}

/** This balancer's block in clusters/<name>.yaml. */
export interface MembersBlock {
  /** False: a member that finishes its work is not listed. */
  readonly list_draining: boolean;
}

/** Of `MembersConfig`. */
export const configSchema: JsonSchema = {
  type: "object",
  properties: { path: { type: "string", minLength: 1, expects: "the path of a file" } },
  required: ["path"],
  additionalProperties: false,
};

/** Of `MembersBlock`. */
export const clusterSchema: JsonSchema = {
  type: "object",
  properties: { list_draining: { type: "boolean", default: false } },
  additionalProperties: false,
};
