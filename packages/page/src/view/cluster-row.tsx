import type { JSX } from "preact";
import type { FoundCluster } from "../clusters/find-clusters.js";
import { openClusters, setOpen, troubled } from "../state/page-state.js";
import { counted } from "../text/counted.js";
import type { ClusterStatus } from "../wire/runner-status.js";
import { Age } from "./age.js";
import { ClusterDetail } from "./cluster-detail.js";
import { idOf } from "./go-to.js";
import { Mark } from "./mark.js";

const WORDS = { bad: "needs you:", look: "to look at:", well: "all right:" } as const;

/** One cluster: a line, and all about it where it is open. */
export function ClusterRow({ found }: { readonly found: FoundCluster }): JSX.Element {
  const { name, cluster, nodes, byNodes } = found;
  const isOpen = openClusters.value.has(name);
  const seen = troubled.value.get(name);
  const kind = seen === "bad" || seen === "look" ? seen : "well";
  const id = idOf({ kind: "cluster", name });
  return (
    <li class="cluster">
      <h3>
        <button
          id={id}
          type="button"
          class="line"
          aria-expanded={isOpen}
          aria-controls={isOpen ? `${id}-detail` : undefined}
          onClick={() => setOpen(name, !isOpen)}
        >
          <Mark kind={kind} word={WORDS[kind]} />
          <bdi class="name">{name}</bdi>
          <span class="facts">
            {byNodes && <span class="chip note">{counted(nodes.length, "node")} found</span>}
            <Chips cluster={cluster} />
          </span>
          <span class="count">{cluster.nodes === null ? "nodes unknown" : counted(cluster.nodes.length, "node")}</span>
          <span class="source">
            <bdi>{cluster.discovery}</bdi> · {cluster.source} · <Age at={cluster.since} />
          </span>
        </button>
      </h3>
      {isOpen && <ClusterDetail id={`${id}-detail`} found={found} />}
    </li>
  );
}

function Chips({ cluster }: { readonly cluster: ClusterStatus }): JSX.Element {
  const { source, held, quarantined, drains } = cluster;
  return (
    <>
      {source !== "live" && <span class={`chip ${source === "waiting" ? "look" : "bad"}`}>{source}</span>}
      {held.length > 0 && <span class="chip bad">{held.length.toLocaleString("en")} held</span>}
      {quarantined.length > 0 && <span class="chip look">{quarantined.length.toLocaleString("en")} quarantined</span>}
      {drains.length > 0 && <span class="chip note">{drains.length.toLocaleString("en")} drained</span>}
    </>
  );
}
