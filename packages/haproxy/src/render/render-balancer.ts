import { isIP } from "node:net";
import { durationMs, formatAddress, type Peer } from "@lighthouse-sd/core";
import type { HAProxyConfig, StaticProxy, Upstream } from "../config/haproxy-config.js";
import { directives, hasDirective, lastArgument } from "./directives.js";
import { type ClusterPart, idleCloseOnResponse } from "./render-cluster.js";
import { bindAddress, type Line, type Section, word } from "./section.js";
import { wordsOf } from "./words.js";

/** The one `peers` section's name, for `stick-table … peers lighthouse`. */
export const PEERS_SECTION = "lighthouse";

function own(...path: (string | number)[]): { readonly cluster: null; readonly path: readonly (string | number)[] } {
  return { cluster: null, path };
}

/** The `global` section, but for the lines that name the structure. */
export function renderGlobal(config: HAProxyConfig, stateFile: string): Section {
  const isOurs = (line: string): boolean => hasDirective([line], "stats", "socket", config.socket_file);
  const theirs = config.global.find(isOurs);
  const lines: Line[] = directives(config.global, own("global")).filter((line) => !isOurs(line.text));
  lines.push({ text: adminSocket(config, theirs), origin: own("socket_file") });
  if (!hasDirective(config.global, "stats", "timeout")) lines.push({ text: "stats timeout 2m", origin: own() });
  if (!hasDirective(config.global, "server-state-file")) {
    lines.push({ text: `server-state-file ${word(stateFile)}`, origin: own() });
  }
  const hardStop = durationMs(config.hard_stop_after);
  if (Number.isFinite(hardStop) && !hasDirective(config.global, "hard-stop-after")) {
    lines.push({ text: `hard-stop-after ${hardStop}ms`, origin: own("hard_stop_after") });
  }
  return { header: "global", origin: own("global"), lines };
}

/** The admin socket as we need it: with a level that may change servers, and handing over listeners at a reload. What
 * the operator's own line for the same socket says stands. */
function adminSocket(config: HAProxyConfig, theirs: string | undefined): string {
  const given = wordsOf(theirs ?? "").slice(3);
  const parts = ["stats socket", word(config.socket_file), ...given.map(word)];
  if (!given.includes("mode")) parts.push(`mode ${config.socket.mode}`);
  if (config.socket.user !== undefined && !given.includes("user")) parts.push(`user ${config.socket.user}`);
  if (config.socket.group !== undefined && !given.includes("group")) parts.push(`group ${config.socket.group}`);
  if (!given.includes("level")) parts.push("level admin");
  if (!given.includes("expose-fd")) parts.push("expose-fd listeners");
  return parts.join(" ");
}

/** By what name HAProxy finds itself in the `peers` section, which it leaves out otherwise. */
export function renderLocalPeer(config: HAProxyConfig, host: Peer): readonly Line[] {
  if (hasDirective(config.global, "localpeer")) return [];
  return [{ text: `localpeer ${host.name}`, origin: own() }];
}

/** The `defaults` section. Servers' states are read from the file that is written before each reload. */
export function renderDefaults(config: HAProxyConfig): Section {
  const lines: Line[] = [...directives(config.defaults, own("defaults"))];
  if (!hasDirective(config.defaults, "load-server-state-from-file")) {
    lines.push({ text: "load-server-state-from-file global", origin: own() });
  }
  return { header: "defaults", origin: own("defaults"), lines };
}

/** A `listen` section for each proxy. */
export function renderProxies(config: HAProxyConfig): readonly Section[] {
  return Object.entries(config.proxies)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, proxy]) => renderProxy(name, proxy, config));
}

function renderProxy(name: string, proxy: StaticProxy, config: HAProxyConfig): Section {
  const at = (...path: (string | number)[]) => own("proxies", name, ...path);
  return {
    header: `listen ${name}`,
    origin: at(),
    lines: [
      { text: `bind ${bindAddress(proxy.bind_address ?? config.bind_address, proxy.port)}`, origin: at("port") },
      ...directives(proxy.options, at("options")),
      ...idleCloseOnResponse(proxy.options, config, null),
      ...proxy.upstreams.map((upstream, index) => ({ text: renderUpstream(upstream), origin: at("upstreams", index) })),
    ],
  };
}

/** A name that does not resolve now must not keep HAProxy from starting. */
function renderUpstream({ host, port, max_conn }: Upstream): string {
  const limit = max_conn === undefined ? "" : ` maxconn ${max_conn}`;
  const resolve = isIP(host) === 0 ? " init-addr last,libc,none" : "";
  return `server ${host}:${port} ${formatAddress(host, port)}${limit}${resolve}`;
}

/** The statistics page. */
export function renderStats(config: HAProxyConfig): readonly Section[] {
  const { stats } = config;
  if (stats === undefined) return [];
  const timeouts = (["client", "connect", "server"] as const).flatMap((name) => {
    const milliseconds = stats.timeouts[name];
    return milliseconds === undefined
      ? []
      : [{ text: `timeout ${name} ${milliseconds}`, origin: own("stats", "timeouts", name) }];
  });
  const lines: Line[] = [
    { text: `bind ${bindAddress(stats.bind_address, stats.port)}`, origin: own("stats", "port") },
    { text: "mode http", origin: own("stats") },
    ...idleCloseOnResponse(["mode http"], config, null),
    { text: "stats enable", origin: own("stats") },
    { text: `stats uri ${word(stats.uri)}`, origin: own("stats", "uri") },
    ...timeouts,
  ];
  return [{ header: "listen stats", origin: own("stats"), lines }];
}

/** The one `peers` section: this host, those of the members of clusters that ask for it, and `known` ones of members
 * that the source has not told of yet. */
export function renderPeers(
  config: HAProxyConfig,
  parts: readonly ClusterPart[],
  host: Peer,
  known: readonly Peer[],
): readonly Section[] {
  const self = { ...host, name: lastArgument(config.global, "localpeer") ?? host.name };
  const sharing = parts.filter((part) => part.block.peers);
  if (sharing.length === 0) return [];
  const byName = new Map<string, Peer>();
  const others = sharing
    .flatMap((part) => part.nodes)
    .flatMap((node) => (node.peer === null ? [] : [node.peer]))
    .concat(known)
    .sort((a, b) => (`${a.name} ${a.ip} ${a.port}` < `${b.name} ${b.ip} ${b.port}` ? -1 : 1));
  for (const peer of [self, ...others]) if (!byName.has(peer.name)) byName.set(peer.name, peer);
  const lines = [...byName.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((peer) => ({ text: `peer ${peer.name} ${formatAddress(peer.ip, peer.port)}`, origin: own() }));
  return [{ header: `peers ${PEERS_SECTION}`, origin: own(), lines }];
}
