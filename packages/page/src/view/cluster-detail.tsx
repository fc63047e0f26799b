import type { JSX } from "preact";
import { clusterPath } from "../ask/ask-runner.js";
import type { FoundCluster } from "../clusters/find-clusters.js";
import type { ClusterStatus, HeldNode, RecordNote } from "../wire/runner-status.js";
import { Age } from "./age.js";
import { Explained } from "./explained.js";
import { MoreList } from "./more-list.js";
import { NodeList } from "./node-list.js";
import { ReleaseButton } from "./trouble-list.js";

const MOST_RECORDS = 25;

/** All about a cluster that is open. */
export function ClusterDetail({ id, found }: { readonly id: string; readonly found: FoundCluster }): JSX.Element {
  const { name, cluster } = found;
  return (
    <div id={id} class="detail">
      <Explained path={clusterPath(name, "explain")} fingerprint={fingerprint(cluster)} />
      {cluster.held.length > 0 && <Held name={name} held={cluster.held} />}
      <Records title="Quarantined records" notes={cluster.quarantined} />
      <Records title="Fields that were dropped" notes={cluster.dropped} />
      <NodeList found={found} />
    </div>
  );
}

/** Changes where something has changed that an explanation may tell of. */
function fingerprint({ source, since, nodes, held, quarantined, drains }: ClusterStatus): string {
  return JSON.stringify([source, since, nodes?.length, held, quarantined.length, drains]);
}

function Held({ name, held }: { readonly name: string; readonly held: readonly HeldNode[] }): JSX.Element {
  return (
    <section class="part held">
      <h4>
        Held <ReleaseButton cluster={name} />
      </h4>
      <MoreList
        class="records"
        items={held}
        step={MOST_RECORDS}
        word="held nodes"
        row={({ name: node, reason, since }) => (
          <li key={node}>
            <bdi class="code">{node}</bdi> <bdi>{reason}</bdi> <Age at={since} />
          </li>
        )}
      />
    </section>
  );
}

function Records({
  title,
  notes,
}: {
  readonly title: string;
  readonly notes: readonly RecordNote[];
}): JSX.Element | null {
  if (notes.length === 0) return null;
  return (
    <section class="part">
      <h4>{title}</h4>
      <MoreList
        class="records"
        items={notes}
        step={MOST_RECORDS}
        word="records"
        row={({ source, reason }) => (
          <li key={`${source} ${reason}`}>
            <bdi class="code">{source}</bdi> <bdi>{reason}</bdi>
          </li>
        )}
      />
    </section>
  );
}
