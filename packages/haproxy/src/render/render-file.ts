import { createHash } from "node:crypto";
import type { Peer } from "@lighthouse-sd/core";
import type { HAProxyConfig } from "../config/haproxy-config.js";
import {
  renderDefaults,
  renderGlobal,
  renderLocalPeer,
  renderPeers,
  renderProxies,
  renderStats,
} from "./render-balancer.js";
import { type ClusterPart, renderBackend, renderFrontend } from "./render-cluster.js";
import { renderMetaClusters } from "./render-meta-clusters.js";
import { serverTemplate } from "./render-server.js";
import type { Line, Origin, Section } from "./section.js";

/** The first line of a file that is ours to overwrite. */
export const HEADER = "# Written by Lighthouse: edit its YAML files, not this one.";
/** What a running HAProxy says of the structure it has loaded (`show env`). */
export const STRUCTURE_VARIABLE = "LIGHTHOUSE_STRUCTURE";
/** The same of its `peers` section. */
export const PEERS_VARIABLE = "LIGHTHOUSE_PEERS";

/** All that a configuration file is made of. */
export interface FileParts {
  readonly config: HAProxyConfig;
  /** By name. */
  readonly clusters: readonly ClusterPart[];
  readonly self: Peer;
  /** Peers to list besides those of the clusters' nodes. */
  readonly knownPeers: readonly Peer[];
  /** A digest of what the extra files hold. */
  readonly extraFiles: string;
  readonly stateFile: string;
}

/** A configuration file, and where each of its lines comes from. */
export interface RenderedFile {
  readonly text: string;
  /** By line, from 1; undefined for lines that come from nowhere: the header, blank ones. */
  readonly origins: ReadonlyMap<number, Origin>;
  /** By the name of a frontend, backend or listen section. */
  readonly sections: ReadonlyMap<string, Section>;
  /** Changes with everything but the members and the `peers` section. */
  readonly structure: string;
  /** Changes with the `peers` section. */
  readonly peers: string;
}

/** The configuration file for `parts`: the same parts give the same bytes, in whatever order they come. */
export function renderFile(parts: FileParts): RenderedFile {
  const { config } = parts;
  const clusters = parts.clusters.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const global = renderGlobal(config, parts.stateFile);
  const peers = renderPeers(config, clusters, parts.self, parts.knownPeers);
  const others: readonly Section[] = [
    renderDefaults(config),
    ...renderMetaClusters(config, clusters),
    ...clusters.flatMap((part) => renderFrontend(part, config) ?? []),
    ...clusters.map((part) => renderBackend(part, config)),
    ...renderProxies(config),
    ...renderStats(config),
  ];
  const structure = digest([parts.extraFiles, ...templatesOf(clusters, config), ...structureOf([global, ...others])]);
  const peersDigest = digest(structureOf(peers));
  const localPeer = peers.length === 0 ? [] : renderLocalPeer(config, parts.self);
  const marked = { ...global, lines: [...global.lines, ...localPeer, ...variables(structure, peersDigest)] };
  return { ...print([marked, ...others, ...peers]), structure, peers: peersDigest };
}

function variables(structure: string, peers: string): readonly Line[] {
  const origin: Origin = { cluster: null, path: [] };
  return [
    { text: `setenv ${STRUCTURE_VARIABLE} ${structure}`, origin },
    { text: `setenv ${PEERS_VARIABLE} ${peers}`, origin },
  ];
}

function structureOf(sections: readonly Section[]): readonly string[] {
  return sections.flatMap(({ header, lines }) => [
    header,
    ...lines.filter((line) => line.member !== true).map((line) => `\t${line.text}`),
  ]);
}

function templatesOf(clusters: readonly ClusterPart[], config: HAProxyConfig): readonly string[] {
  return clusters.map(({ name, block }) =>
    JSON.stringify([name, serverTemplate(block.backend, config.defaults, block.server_options)]),
  );
}

function digest(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}

function print(sections: readonly Section[]): Pick<RenderedFile, "text" | "origins" | "sections"> {
  const lines = [HEADER];
  const origins = new Map<number, Origin>();
  const add = (text: string, origin: Origin): void => {
    lines.push(text);
    origins.set(lines.length, origin);
  };
  for (const section of sections) {
    lines.push("");
    add(section.header, section.origin);
    for (const line of section.lines) add(`    ${line.text}`, line.origin);
  }
  const named = sections.map((section) => [section.header.split(" ")[1] ?? section.header, section] as const);
  return { text: `${lines.join("\n")}\n`, origins, sections: new Map(named) };
}
