import { tmpdir } from "node:os";
import { discoveryConformance } from "@lighthouse-sd/conformance";
import { serializeNode } from "@lighthouse-sd/core";
import { describe, it } from "vitest";
import AcmeDiscovery from "../src/index.js";
import { NodeLists } from "./node-lists.js";

discoveryConformance(
  { describe, it },
  {
    plugin: AcmeDiscovery,
    invalidConfigs: [{ config: { url: "nowhere" }, path: "url" }],
    cuts: ["hangs", "closes the connection", "answers with an error", "breaks off in the middle"].map((name) => ({
      name,
    })),
    async create() {
      const lists = new NodeLists();
      return {
        directory: tmpdir(),
        config: { url: await lists.listen(), interval: "20ms", timeout: "1s" },
        establish: (cluster) => void lists.establish(cluster),
        put: (cluster, node) => lists.put(cluster, node.name, JSON.parse(serializeNode(node))),
        remove: (cluster, node) => lists.remove(cluster, node.name),
        putText: (cluster, name, text) => lists.put(cluster, name, text),
        cut: (how) => lists.fail(how),
        restore: () => lists.fail(undefined),
        dispose: () => lists.close(),
      };
    },
  },
);
