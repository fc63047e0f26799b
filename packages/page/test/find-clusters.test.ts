import { expect, test } from "vitest";
import { findClusters } from "../src/clusters/find-clusters.js";
import { clusterWith, statusWith } from "./sample-status.js";

const NODES = [
  { name: "app1:80", ip: "10.0.0.1", port: 80 },
  { name: "app2:80", ip: "fd00::2", port: 80 },
];
const { clusters } = statusWith({
  clusters: {
    "web-10": clusterWith({ nodes: [] }),
    "web-9": clusterWith({ nodes: NODES }),
    api: clusterWith({ nodes: null }),
  },
});

test.each<[string, readonly string[]]>([
  ["", ["api", "web-9", "web-10"]],
  ["  WEB ", ["web-9", "web-10"]],
  ["9 web", ["web-9"]],
  ["app2", ["web-9: app2:80"]],
  ["fd00 :80", ["web-9: app2:80"]],
  ["10.0.0.1:80", ["web-9: app1:80"]],
  ["app", ["web-9: app1:80,app2:80"]],
  ["nowhere", []],
  [".*", []],
])("%j finds %j", (search, found) => {
  const texts = findClusters(clusters, search).map(({ name, nodes, byNodes }) => {
    return byNodes ? `${name}: ${nodes.map((node) => node.name).join()}` : name;
  });
  expect(texts).toEqual(found);
});

test("only those that are wanted are looked at", () => {
  expect(findClusters(clusters, "web", new Map([["web-10", "bad"]])).map(({ name }) => name)).toEqual(["web-10"]);
});
