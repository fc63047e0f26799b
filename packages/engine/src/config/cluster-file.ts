import { type JsonSchema, schemaValidator } from "@lighthouse-sd/core";
import type { GuardSettings } from "./configuration.js";
import { NAME_RULE, NAME_SCHEMA } from "./directory-layout.js";

/** Of `guard` in clusters/<name>.yaml. */
export const GUARD_SCHEMA: JsonSchema = {
  type: "object",
  additionalProperties: false,
  default: {},
  properties: {
    on_empty: {
      enum: ["hold", "empty"],
      default: "hold",
      description: "What becomes of the nodes where the source names none: they are held, or go.",
    },
    min_nodes: { type: "integer", minimum: 0, default: 0, description: "Removals never leave fewer in service." },
    max_removal: {
      anyOf: [
        { type: "integer", minimum: 0 },
        { type: "string", pattern: "^(100|[1-9]?[0-9])%$" },
      ],
      expects: "a share such as 50%, or a number of nodes",
      default: "50%",
      description: "A larger loss within `window` is held: a share such as `50%`, or a number of nodes.",
    },
    window: {
      duration: true,
      default: "60s",
      description: "How long a number of nodes must stand to count as normal.",
    },
    confirm_after: {
      duration: "off",
      default: "5m",
      description: "A held loss that still stands after this is applied; `off`: only `release` applies it.",
    },
  },
};

/** Of what is the same in every file of clusters/; the blocks for balancers and the discovery stand beside it. */
export const CLUSTER_SCHEMA: JsonSchema = {
  type: "object",
  required: ["discovery"],
  properties: {
    name: {
      ...NAME_SCHEMA,
      description: "The cluster's name. Default: the file's.",
    },
    discovery: {
      type: "string",
      minLength: 1,
      expects: "the name of a discovery",
      description: "The discovery that knows its nodes, as its file is called.",
    },
    meta_cluster: {
      description: "The group of clusters that it belongs to, for balancers that know such groups.",
      type: ["string", "null"],
      pattern: NAME_SCHEMA["pattern"],
      expects: NAME_RULE,
      default: null,
    },
    guard: GUARD_SCHEMA,
  },
};

/** The keys of a cluster's file that are no blocks. */
export const CLUSTER_KEYS: readonly string[] = ["name", "discovery", "meta_cluster", "guard"];

/** What CLUSTER_SCHEMA gives. */
export interface ClusterHead {
  readonly name?: string;
  readonly discovery: string;
  readonly meta_cluster: string | null;
  readonly guard: GuardSettings;
}

/** The part of a cluster's file that CLUSTER_SCHEMA describes, defaults filled in. Throws ConfigError. */
export const readClusterHead: (value: unknown) => ClusterHead = schemaValidator<ClusterHead>(CLUSTER_SCHEMA);
