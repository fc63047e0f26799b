import { tmpdir } from "node:os";
import { type DiscoveryPlugin, serializeNode } from "@lighthouse-sd/core";
import type { DiscoverySubject } from "../../../src/index.js";
import { Board, LEASE_MS } from "./board.js";

/** How a discovery on a board is tried. */
export function boardSubject(plugin: DiscoveryPlugin<unknown>): DiscoverySubject {
  return {
    plugin,
    invalidConfigs: [{ config: { port: "80a" }, path: "port" }],
    block: () => ({}),
    cuts: [{ name: "is cut off" }],
    leaseMs: LEASE_MS,
    async create() {
      const board = new Board();
      await board.open();
      return {
        directory: tmpdir(),
        config: { port: board.port },
        put: (cluster, node) => board.put(cluster, node.name, serializeNode(node)),
        remove: (cluster, node) => board.remove(cluster, node.name),
        putText: (cluster, name, text) => board.put(cluster, name, text),
        cut: () => board.close(),
        restore: () => board.open(),
        dispose: () => board.dispose(),
      };
    },
  };
}
