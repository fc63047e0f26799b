import type { JsonSchema } from "@lighthouse-sd/core";

/** How values are written. */
export type RecordFormat = "lighthouse" | "grpc";

/** The block of this discovery in clusters/<name>.yaml. */
export interface EtcdBlock {
  /** What the cluster's keys begin with, without a slash at its end; default: the discovery's prefix and the cluster's
   * name. */
  readonly prefix?: string;
  readonly format?: RecordFormat;
}

export const clusterSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    prefix: {
      type: "string",
      minLength: 1,
      expects: "what the cluster's keys begin with, such as /services/web",
      description: "Nodes are found below <prefix>/. Default: the discovery's prefix and the cluster's name.",
    },
    format: {
      enum: ["lighthouse", "grpc"],
      description: "How values are written: as Lighthouse's reporter does (default), or as etcd's gRPC naming does.",
    },
  },
};
