import type { JsonSchema } from "@lighthouse-sd/core";

/** discovery/<name>.yaml */
export interface BoardConfig {
  /** Where the board answers, on this host. */
  readonly port: number;
}

/** This discovery's block in clusters/<name>.yaml. */
export interface BoardBlock {
  /** Only notes whose name begins so. */
  readonly only: string;
}

/** Of `BoardConfig`. */
export const configSchema: JsonSchema = {
  type: "object",
  properties: { port: { port: true } },
  required: ["port"],
  additionalProperties: false,
};

/** Of `BoardBlock`. */
export const clusterSchema: JsonSchema = {
  type: "object",
  properties: { only: { type: "string", default: "" } },
  additionalProperties: false,
};
