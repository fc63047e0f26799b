import { Registry } from "prom-client";
import type { RunnerState } from "../http/status.js";
import type { SyncMeter } from "../sync/sync-meter.js";
import { BalancerMetrics } from "./balancer-metrics.js";
import { ClusterMetrics } from "./cluster-metrics.js";
import { addProcessMetrics } from "./process-metrics.js";
import { RunnerGauges } from "./runner-gauges.js";
import { ServiceMetrics } from "./service-metrics.js";

/** A page of metrics in Prometheus' text format. */
export interface MetricsPage {
  readonly type: string;
  readonly body: string;
}

/** The metrics of one runner, in a registry of their own. */
export class RunnerMetrics {
  readonly #registry: Registry = new Registry();
  readonly #gauges: RunnerGauges;
  readonly #balancers: BalancerMetrics;
  readonly #clusters: ClusterMetrics;
  readonly #services: ServiceMetrics;

  constructor() {
    this.#gauges = new RunnerGauges(this.#registry);
    this.#balancers = new BalancerMetrics(this.#registry);
    this.#clusters = new ClusterMetrics(this.#registry);
    this.#services = new ServiceMetrics(this.#registry);
    addProcessMetrics(this.#registry);
  }

  /** Counts for the balancer of this name. */
  meter(balancer: string): SyncMeter {
    return this.#balancers.meter(balancer);
  }

  /** Counts a run of a service's check. */
  checked(service: string, check: string, passed: boolean): void {
    this.#services.checked(service, check, passed);
  }

  /** Everything as it stands; what is no longer in `state` is gone from it. */
  async page(state: RunnerState): Promise<MetricsPage> {
    this.#gauges.show(state);
    this.#clusters.show(state);
    this.#balancers.keep(state.balancers);
    this.#services.show(state.services);
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
