import type { JsonObject } from "./json.js";
import { pythonJson } from "./python-json.js";
import type { Node } from "./topology.js";

/** A node as Lighthouse 1.0.0 writes it to a registry, byte for byte; `metadata` and `peer` are JSON inside the JSON. */
export function serializeNode(node: Omit<Node, "name">): string {
  const peer = node.peer === null ? null : { ip: node.peer.ip, name: node.peer.name, port: node.peer.port };
  return pythonJson({
    host: node.host,
    ip: node.ip,
    metadata: pythonJson(node.metadata),
    peer: peer === null ? null : pythonJson(peer satisfies JsonObject),
    port: node.port,
  });
}
