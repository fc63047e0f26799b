import type { Node } from "@lighthouse-sd/core";
import type { HAProxyBlock, HAProxyConfig } from "../config/haproxy-config.js";
import { directives, hasDirective, modeOf } from "./directives.js";
import { membersOf } from "./members.js";
import { ownServers } from "./own-servers.js";
import { renderServer, serverTemplate } from "./render-server.js";
import { bindAddress, type Line, type Section } from "./section.js";

/** A cluster to be rendered: its block and its members. */
export interface ClusterPart {
  readonly name: string;
  readonly metaCluster: string | null;
  readonly block: HAProxyBlock;
  readonly nodes: readonly Node[];
}

/** The frontend of a cluster that has a port of its own; undefined for one that has none. */
export function renderFrontend(part: ClusterPart, config: HAProxyConfig): Section | undefined {
  const { name, block } = part;
  if (block.port === undefined && block.binds.length === 0) return undefined;
  const at = (...path: (string | number)[]) => ({ cluster: name, path });
  const lines: Line[] = [];
  if (block.port !== undefined) {
    const address = bindAddress(block.bind_address ?? config.bind_address, block.port);
    const options = block.bind_options === undefined ? "" : ` ${block.bind_options.trim()}`;
    lines.push({ text: `bind ${address}${options}`, origin: at("port") });
  }
  lines.push(...block.binds.map((bind, index) => ({ text: `bind ${bind.trim()}`, origin: at("binds", index) })));
  lines.push(...directives(block.frontend, at("frontend")), ...idleCloseOnResponse(block.frontend, config, name));
  lines.push({ text: `default_backend ${name}`, origin: at() });
  return { header: `frontend ${name}.in`, origin: at(), lines };
}

/** Without this a reload resets keep-alive connections that a client is about to use again. */
export function idleCloseOnResponse(
  lines: readonly string[],
  config: HAProxyConfig,
  cluster: string | null,
): readonly Line[] {
  if (modeOf(lines, config.defaults) !== "http") return [];
  const set = [...lines, ...config.defaults];
  if (
    hasDirective(set, "option", "idle-close-on-response") ||
    hasDirective(set, "no", "option", "idle-close-on-response")
  )
    return [];
  return [{ text: "option idle-close-on-response", origin: { cluster, path: [] } }];
}

/** The backend of a cluster. */
export function renderBackend(part: ClusterPart, config: HAProxyConfig): Section {
  const { name, block } = part;
  const origin = { cluster: name, path: [] };
  return {
    header: `backend ${name}`,
    origin,
    lines: [...directives(block.backend, { cluster: name, path: ["backend"] }), ...memberLines(part, config)],
  };
}

function memberLines(part: ClusterPart, config: HAProxyConfig): readonly Line[] {
  const origin = { cluster: part.name, path: ["server_options"] };
  const template = serverTemplate(part.block.backend, config.defaults, part.block.server_options);
  const members = membersOf(part.nodes, ownServers(part.block.backend));
  return members.map((member) => ({ text: renderServer(member, template), origin, member: true }));
}
