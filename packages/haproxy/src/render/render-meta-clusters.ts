import type { HAProxyConfig } from "../config/haproxy-config.js";
import { metaClusters, portPath } from "../config/meta-clusters.js";
import { directives } from "./directives.js";
import { type ClusterPart, idleCloseOnResponse } from "./render-cluster.js";
import { bindAddress, type Line, type Section } from "./section.js";

/** The shared frontends: one for each meta cluster that has members. */
export function renderMetaClusters(config: HAProxyConfig, parts: readonly ClusterPart[]): readonly Section[] {
  return Object.entries(metaClusters(config))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, meta]) => {
      const members = parts.filter((part) => part.metaCluster === name && part.block.acl !== undefined);
      if (members.length === 0) return [];
      const origin = { cluster: null, path: [meta.key, name] };
      const bind = `bind ${bindAddress(meta.bind_address ?? config.bind_address, meta.port)}`;
      const lines: Line[] = [
        { text: bind, origin: { cluster: null, path: portPath(name, meta) } },
        ...directives(meta.frontend, { cluster: null, path: [...origin.path, "frontend"] }),
        ...idleCloseOnResponse(meta.frontend, config, null),
        ...members.toSorted(byPriority).flatMap(routeLines),
      ];
      return [{ header: `frontend ${name}`, origin, lines }];
    });
}

function byPriority(a: ClusterPart, b: ClusterPart): number {
  return a.block.acl_priority - b.block.acl_priority || (a.name < b.name ? -1 : 1);
}

function routeLines(part: ClusterPart): readonly Line[] {
  const origin = { cluster: part.name, path: ["acl"] };
  return [
    { text: `acl is_${part.name} ${part.block.acl?.trim() ?? ""}`, origin },
    { text: `use_backend ${part.name} if is_${part.name}`, origin },
  ];
}
