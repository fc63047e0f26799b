import type { Cluster, Problem } from "@lighthouse-sd/core";
import { nearestWord } from "@lighthouse-sd/core";
import { firstWord } from "../render/directives.js";
import { bindAddress } from "../render/section.js";
import { type Bind, bindsOverlap, formatBind, parseBind } from "./bind-address.js";
import type { HAProxyBlock, HAProxyConfig } from "./haproxy-config.js";
import { metaClusters, portPath } from "./meta-clusters.js";

type ClusterOf = Omit<Cluster<HAProxyBlock>, "nodes" | "live">;

/** One use of something that only one may use: a section's name, an address. */
interface Claim {
  /** Who, for people: `cluster web`, `stats`. */
  readonly who: string;
  /** The cluster whose file can end the conflict; null: only the balancer's. */
  readonly cluster: string | null;
  readonly path: readonly (string | number)[];
}

/** Something that parts cannot have together. */
export interface Conflict {
  /** The part that came second: its cluster, null for the balancer's own configuration, and the place in it. */
  readonly cluster: string | null;
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The part that has it already, and where; undefined where no other part is involved. */
  readonly holder?: { readonly cluster: string | null; readonly path: readonly (string | number)[] };
}

/** What no single file shows: two that listen on one address, two sections of one name, a meta cluster that is not
 * there or without conditions. */
export function validateClusters(config: HAProxyConfig, clusters: readonly ClusterOf[]): readonly Problem[] {
  return findConflicts(config, clusters).map(({ cluster, path, message }) => ({
    path: [cluster ?? "", ...path],
    message,
  }));
}

/** The same, with the parts involved. The balancer's own parts come before all clusters, so that a conflict of cluster
 * null is one of the balancer's configuration with itself. */
export function findConflicts(config: HAProxyConfig, clusters: readonly ClusterOf[]): readonly Conflict[] {
  return [
    ...clusters.flatMap((cluster) => metaClusterProblems(config, cluster)),
    ...nameProblems(config, clusters),
    ...bindProblems(config, clusters),
  ];
}

function metaClusterProblems(config: HAProxyConfig, { name, metaCluster, config: block }: ClusterOf): Conflict[] {
  const cluster = name;
  if (metaCluster === null) {
    if (block.acl === undefined) return [];
    return [{ cluster, path: ["acl"], message: "needs a meta_cluster: a cluster without one has no conditions" }];
  }
  const known = Object.keys(metaClusters(config));
  if (!known.includes(metaCluster)) {
    const nearest = nearestWord(metaCluster, known);
    const hint =
      nearest === undefined ? "add it to meta_clusters in the balancer's file" : `did you mean "${nearest}"?`;
    return [{ cluster, path: [], message: `no meta cluster "${metaCluster}" is configured; ${hint}` }];
  }
  if (block.acl !== undefined) return [];
  return [
    {
      cluster,
      path: [],
      message: `"acl" is required: the condition that sends requests of ${metaCluster} to this cluster`,
    },
  ];
}

function nameProblems(config: HAProxyConfig, clusters: readonly ClusterOf[]): Conflict[] {
  const claims: (Claim & { readonly section: string })[] = [
    ...Object.keys(config.proxies).map((name) => balancerClaim(`proxy ${name}`, ["proxies", name], name)),
    ...Object.entries(metaClusters(config)).map(([name, { key }]) =>
      balancerClaim(`meta cluster ${name}`, [key, name], name),
    ),
    ...(config.stats === undefined ? [] : [balancerClaim("stats", ["stats"], "stats")]),
    ...clusters.flatMap(({ name }) =>
      [name, `${name}.in`].map((section) => ({ who: `cluster ${name}`, cluster: name, path: [], section })),
    ),
  ];
  const first = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const holder = first.get(claim.section);
    if (holder === undefined) {
      first.set(claim.section, claim);
      return [];
    }
    return [conflict(claim, holder, `has the same section name "${claim.section}" as ${holder.who}`)];
  });
}

function balancerClaim(who: string, path: readonly string[], section: string): Claim & { section: string } {
  return { who, cluster: null, path, section };
}

function bindProblems(config: HAProxyConfig, clusters: readonly ClusterOf[]): Conflict[] {
  const byPort = new Map<number, { claim: Claim; bind: Bind }[]>();
  const ranges: { claim: Claim; bind: Bind }[] = [];
  const problems: Conflict[] = [];
  for (const { claim, text } of bindClaims(config, clusters)) {
    for (const bind of parseBind(text)) {
      const isRange = bind.first !== bind.last;
      const rivals = isRange
        ? [...[...byPort.values()].flat(), ...ranges]
        : [...(byPort.get(bind.first) ?? []), ...ranges];
      const rival = rivals.find((other) => bindsOverlap(other.bind, bind));
      if (rival !== undefined) {
        const message = `${formatBind(bind)} is taken by ${rival.claim.who} (${formatBind(rival.bind)})`;
        problems.push(conflict(claim, rival.claim, message));
      }
      if (isRange) ranges.push({ claim, bind });
      else byPort.set(bind.first, [...(byPort.get(bind.first) ?? []), { claim, bind }]);
    }
  }
  return problems;
}

function bindClaims(config: HAProxyConfig, clusters: readonly ClusterOf[]): { claim: Claim; text: string }[] {
  const own = (who: string, path: readonly (string | number)[], text: string) => ({
    claim: { who, cluster: null, path },
    text,
  });
  const metas = Object.entries(metaClusters(config)).flatMap(([name, meta]) => [
    own(`meta cluster ${name}`, portPath(name, meta), bindAddress(meta.bind_address ?? config.bind_address, meta.port)),
    ...bindLines(meta.frontend).map(({ text, index }) =>
      own(`meta cluster ${name}`, [meta.key, name, "frontend", index], text),
    ),
  ]);
  const proxies = Object.entries(config.proxies).flatMap(([name, proxy]) => [
    own(`proxy ${name}`, ["proxies", name, "port"], bindAddress(proxy.bind_address ?? config.bind_address, proxy.port)),
    ...bindLines(proxy.options).map(({ text, index }) =>
      own(`proxy ${name}`, ["proxies", name, "options", index], text),
    ),
  ]);
  const { stats } = config;
  const statistics =
    stats === undefined ? [] : [own("stats", ["stats", "port"], bindAddress(stats.bind_address, stats.port))];
  return [...statistics, ...metas, ...proxies, ...clusters.flatMap((cluster) => clusterBinds(config, cluster))];
}

function clusterBinds(config: HAProxyConfig, { name, config: block }: ClusterOf): { claim: Claim; text: string }[] {
  const at = (path: (string | number)[], text: string) => ({
    claim: { who: `cluster ${name}`, cluster: name, path },
    text,
  });
  const port =
    block.port === undefined
      ? []
      : [
          at(
            ["port"],
            `${bindAddress(block.bind_address ?? config.bind_address, block.port)} ${block.bind_options ?? ""}`,
          ),
        ];
  return [
    ...port,
    ...block.binds.map((text, index) => at(["binds", index], text)),
    ...bindLines(block.frontend).map(({ text, index }) => at(["frontend", index], text)),
  ];
}

function bindLines(lines: readonly string[]): { text: string; index: number }[] {
  return lines.flatMap((line, index) =>
    firstWord(line) === "bind" ? [{ text: line.trim().slice("bind".length).trim(), index }] : [],
  );
}

function conflict(claim: Claim, holder: Claim, message: string): Conflict {
  return { cluster: claim.cluster, path: claim.path, message: `${claim.who}: ${message}`, holder };
}
