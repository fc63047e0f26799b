import type { JsonObject, Node, Peer } from "@lighthouse-sd/core";
import { schemaValidator } from "@lighthouse-sd/core";
import { clusterSchema } from "../src/config/cluster-schema.js";
import type { HAProxyBlock, HAProxyConfig } from "../src/config/haproxy-config.js";
import { validateConfig } from "../src/config/validate-config.js";
import type { ClusterPart } from "../src/render/render-cluster.js";
import { type RenderedFile, renderFile } from "../src/render/render-file.js";

export const SELF: Peer = { name: "lb1", ip: "10.0.0.1", port: 1024 };

/** balancers/haproxy.yaml with `value` in it. */
export function config(value: Record<string, unknown> = {}): HAProxyConfig {
  return validateConfig({
    config_file: "/etc/haproxy/haproxy.cfg",
    socket_file: "/run/haproxy.sock",
    pid_file: "/run/haproxy.pid",
    defaults: ["mode http", "timeout connect 1s", "timeout client 1s", "timeout server 1s"],
    ...value,
  });
}

const validBlock = schemaValidator<HAProxyBlock>(clusterSchema);

/** clusters/<name>.yaml with `block` in it. */
export function part(
  name: string,
  block: Record<string, unknown>,
  nodes: readonly Node[] = [],
  metaCluster: string | null = null,
): ClusterPart {
  return { name, metaCluster, block: validBlock(block), nodes };
}

export function node(ip: string, port: number, metadata: JsonObject = {}, more: Partial<Node> = {}): Node {
  return { name: `${ip}:${port}`, host: ip, ip, port, peer: null, metadata, ...more };
}

export function render(
  settings: HAProxyConfig,
  clusters: readonly ClusterPart[],
  more: { readonly knownPeers?: readonly Peer[]; readonly extraFiles?: string; readonly self?: Peer } = {},
): RenderedFile {
  const stateFile = `${settings.config_file}.state`;
  return renderFile({ config: settings, clusters, self: SELF, knownPeers: [], extraFiles: "", stateFile, ...more });
}

/** The lines of one section of a rendered file, without their indentation. */
export function section(text: string, header: string): readonly string[] {
  const lines = text.split("\n");
  const start = lines.indexOf(header);
  if (start < 0) throw new Error(`no section "${header}" in:\n${text}`);
  const end = lines.indexOf("", start);
  return lines.slice(start + 1, end).map((line) => line.trim());
}
