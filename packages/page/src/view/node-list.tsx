import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { clusterPath } from "../ask/ask-runner.js";
import { type FoundCluster, nodeText, searchTest } from "../clusters/find-clusters.js";
import { counted } from "../text/counted.js";
import type { NodeStatus } from "../wire/runner-status.js";
import { Explained } from "./explained.js";
import { idOf } from "./go-to.js";
import { MoreList } from "./more-list.js";

const MOST_NODES = 100;
/** With fewer, nobody needs to search. */
const WORTH_A_SEARCH = 20;

/** The nodes of an open cluster. */
export function NodeList({ found }: { readonly found: FoundCluster }): JSX.Element {
  const { name, cluster, nodes, byNodes } = found;
  const [filter, setFilter] = useState("");
  const held = new Set(cluster.held.map((node) => node.name));
  const matches = searchTest(filter);
  const shown = filter === "" ? nodes : nodes.filter((node) => matches(nodeText(node)));
  const total = cluster.nodes?.length ?? 0;
  const id = `${idOf({ kind: "cluster", name })}-filter`;
  if (cluster.nodes === null) return <p class="quiet">Who is in it is not known yet.</p>;
  return (
    <section class="part">
      <h4>
        {byNodes || filter !== "" ? `${shown.length.toLocaleString("en")} of ` : ""}
        {counted(total, "node")}
      </h4>
      {nodes.length > WORTH_A_SEARCH && (
        <p class="filter">
          <label class="unseen" for={id}>
            Search nodes of {name}
          </label>
          <input
            id={id}
            type="search"
            placeholder="Name or address"
            autocomplete="off"
            spellcheck={false}
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </p>
      )}
      <MoreList
        class="nodes"
        items={shown}
        step={MOST_NODES}
        word="nodes"
        row={(node) => (
          <NodeRow key={`${node.ip} ${node.port}`} cluster={name} node={node} isHeld={held.has(node.name)} />
        )}
      />
    </section>
  );
}

interface NodeRowProps {
  readonly cluster: string;
  readonly node: NodeStatus;
  readonly isHeld: boolean;
}

function NodeRow({ cluster, node, isHeld }: NodeRowProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { name, ip, port, drained } = node;
  const address = ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
  return (
    <li class="node">
      <bdi class="code name">{name}</bdi>
      <bdi class="code quiet">{address}</bdi>
      <span class="facts">
        {isHeld && <span class="chip bad">held</span>}
        {drained === true && <span class="chip note">drained</span>}
      </span>
      <button type="button" aria-expanded={isOpen} aria-label={`Why ${name}?`} onClick={() => setOpen(!isOpen)}>
        Why?
      </button>
      {isOpen && (
        <Explained path={clusterPath(cluster, "explain", name)} fingerprint={JSON.stringify([node, isHeld])} />
      )}
    </li>
  );
}
