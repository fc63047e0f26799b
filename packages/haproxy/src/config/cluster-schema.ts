import type { JsonSchema } from "@lighthouse-sd/core";
import { BIND_ADDRESS, LINES, PARAMETERS, PORT } from "./config-schema.js";

/** Of the `haproxy` block of clusters/<name>.yaml. */
export const clusterSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    port: { ...PORT, description: "The port this host reaches the cluster on." },
    bind_address: { ...BIND_ADDRESS, description: "The address this host reaches the cluster on." },
    bind_options: { ...PARAMETERS, description: "More parameters of the bind line." },
    binds: { ...LINES, description: "More bind lines: address, port and parameters." },
    acl: { ...PARAMETERS, minLength: 1, description: "When its meta cluster's requests are for this cluster." },
    acl_priority: { type: "integer", default: 0, description: "The order of conditions in a meta cluster." },
    frontend: { ...LINES, description: "Directives of the frontend." },
    backend: { ...LINES, description: "Directives of the backend." },
    server_options: { ...PARAMETERS, default: "", description: "More parameters of every server line." },
    peers: { type: "boolean", default: false, description: "List the members' HAProxys in the peers section." },
    drain: { duration: true, description: "How long a node that left may finish what it has." },
  },
};
