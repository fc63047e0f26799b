import { Gauge, type Registry } from "prom-client";
import { drainTest } from "../drains/drains.js";
import type { RunnerState } from "../http/status.js";
import type { ClusterState } from "../membership/cluster-state.js";

const SOURCES: readonly ClusterState["source"][] = ["waiting", "live", "lost", "snapshot"];

/** What is known of clusters and configuration at the moment: numbers of nodes, never a series for one. */
export class ClusterMetrics {
  readonly #nodes: Gauge<"cluster" | "state">;
  readonly #sources: Gauge<"cluster" | "state">;
  readonly #quarantined: Gauge<"cluster">;
  readonly #errors: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#nodes = new Gauge({
      name: "lighthouse_cluster_nodes",
      help: "Members of a cluster; none where they are not known. drained: by an operator on this host; held: the source no longer names them.",
      labelNames: ["cluster", "state"],
      registers,
    });
    this.#sources = new Gauge({
      name: "lighthouse_cluster_source",
      help: "1 for the state that a cluster's source is in, 0 for the others.",
      labelNames: ["cluster", "state"],
      registers,
    });
    this.#quarantined = new Gauge({
      name: "lighthouse_quarantined_records",
      help: "Records of a cluster that are not used as they stand.",
      labelNames: ["cluster"],
      registers,
    });
    this.#errors = new Gauge({
      name: "lighthouse_config_errors",
      help: "Errors in the configuration directory.",
      registers,
    });
  }

  /** Makes the series say what `state` does, and nothing of clusters that are gone. */
  show({ clusters, problems }: Pick<RunnerState, "clusters" | "problems">): void {
    for (const gauge of [this.#nodes, this.#sources, this.#quarantined]) gauge.reset();
    this.#errors.set(problems.length);
    for (const { name: cluster, state, drains } of clusters) {
      for (const source of SOURCES) this.#sources.set({ cluster, state: source }, state.source === source ? 1 : 0);
      this.#quarantined.set({ cluster }, quarantinedIn(state));
      if (state.nodes === null) continue;
      const isDrained = drainTest(drains);
      const drained = drains.length === 0 ? 0 : state.nodes.filter(isDrained).length;
      const held = state.held.filter(({ node }) => !isDrained(node)).length;
      this.#nodes.set({ cluster, state: "active" }, state.nodes.length - drained - held);
      this.#nodes.set({ cluster, state: "drained" }, drained);
      this.#nodes.set({ cluster, state: "held" }, held);
    }
  }
}

function quarantinedIn({ readings }: ClusterState): number {
  let count = 0;
  for (const { reason } of readings.list) if (reason !== null) count++;
  return count;
}
