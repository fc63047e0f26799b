import type { JSX } from "preact";
import { findClusters } from "../clusters/find-clusters.js";
import { onlyTroubled, search, status, troubled } from "../state/page-state.js";
import { counted } from "../text/counted.js";
import { ClusterRow } from "./cluster-row.js";
import { MoreList } from "./more-list.js";

/** The search field takes the focus where somebody types a slash. */
export const SEARCH_ID = "search";
const MOST_CLUSTERS = 250;

/** The clusters that are looked for; what is closed costs a line. */
export function ClusterList(): JSX.Element | null {
  const known = status.value;
  if (known === null) return null;
  const total = Object.keys(known.clusters).length;
  const found = findClusters(known.clusters, search.value, onlyTroubled.value ? troubled.value : undefined);
  return (
    <section aria-labelledby="clusters">
      <div class="heading">
        <h2 id="clusters">Clusters</h2>
        <ClusterSearch total={total} found={found.length} />
      </div>
      {found.length === 0 ? (
        <p class="panel none">{total === 0 ? "This host uses no cluster." : "No cluster and no node is called so."}</p>
      ) : (
        <MoreList
          class="clusters panel"
          items={found}
          step={MOST_CLUSTERS}
          word="clusters"
          row={(each) => <ClusterRow key={each.name} found={each} />}
        />
      )}
    </section>
  );
}

function ClusterSearch({ total, found }: { readonly total: number; readonly found: number }): JSX.Element {
  const isWhole = search.value.trim() === "" && !onlyTroubled.value;
  return (
    <search class="find">
      <label class="unseen" for={SEARCH_ID}>
        Search clusters and nodes
      </label>
      <input
        id={SEARCH_ID}
        type="search"
        placeholder="Cluster, node or address  ( / )"
        autocomplete="off"
        spellcheck={false}
        value={search.value}
        onInput={(event) => {
          search.value = event.currentTarget.value;
        }}
      />
      <button
        type="button"
        aria-pressed={onlyTroubled.value}
        onClick={() => {
          onlyTroubled.value = !onlyTroubled.value;
        }}
      >
        In trouble: {troubled.value.size.toLocaleString("en")}
      </button>
      <span class="quiet" role="status">
        {isWhole ? counted(total, "cluster") : `${found.toLocaleString("en")} of ${counted(total, "cluster")}`}
      </span>
    </search>
  );
}
