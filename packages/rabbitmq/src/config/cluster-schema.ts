import type { JsonSchema } from "@lighthouse-sd/core";
import { NODE_NAME } from "./config-schema.js";

/** Of the `rabbitmq` block of clusters/<name>.yaml. */
export const clusterSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    seeds: {
      type: "array",
      items: NODE_NAME,
      default: [],
      description: "Erlang nodes that are always in the fragment; where there are such, only they may stay alone.",
    },
    expected_size: { type: "integer", minimum: 1, description: "How many members the cluster has when it is whole." },
    partition_handling: {
      enum: ["ignore", "pause_minority", "autoheal"],
      description: "Written to the fragment where it is given.",
    },
    join: {
      enum: ["never", "blank"],
      default: "never",
      description: "blank: a broker without data that booted alone joins the cluster.",
    },
    grow_quorum_queues: {
      type: "boolean",
      default: false,
      description: "After a join, put replicas of every quorum queue on this broker.",
    },
    forget: {
      enum: ["never", "report"],
      default: "report",
      description: "report: say when a member could be forgotten, by which command, and what speaks against it.",
    },
    forget_after: {
      duration: true,
      default: "6h",
      description: "How long a member has to be absent before the command is said; at least 10m.",
    },
    keep_absent: {
      duration: true,
      default: "24h",
      description: "How long a node that is gone from discovery stays in the fragment.",
    },
  },
};
