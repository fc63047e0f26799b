import { Counter, Gauge, type Registry } from "prom-client";
import type { ServiceRunState } from "../reporter/service-run.js";

const RESULTS = ["passed", "failed"] as const;

/** How the services of this host stand, and what their checks came to. */
export class ServiceMetrics {
  readonly #up: Gauge<"service" | "port">;
  readonly #registered: Gauge<"service" | "port">;
  readonly #checks: Counter<"service" | "check" | "result">;
  /** The checks that were counted, by service. */
  readonly #counted = new Map<string, Set<string>>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#up = new Gauge({
      name: "lighthouse_service_up",
      help: "1 where the checks of a service's port find it fit to serve.",
      labelNames: ["service", "port"],
      registers,
    });
    this.#registered = new Gauge({
      name: "lighthouse_service_registered",
      help: "1 where the registry has confirmed the node of a service's port.",
      labelNames: ["service", "port"],
      registers,
    });
    this.#checks = new Counter({
      name: "lighthouse_checks_total",
      help: "Runs of a service's checks, by what they came to.",
      labelNames: ["service", "check", "result"],
      registers,
    });
  }

  checked(service: string, check: string, passed: boolean): void {
    const checks = this.#counted.get(service) ?? new Set();
    if (!checks.has(check)) {
      // A series that begins at zero shows its first step.
      for (const result of RESULTS) this.#checks.inc({ service, check, result }, 0);
      this.#counted.set(service, checks.add(check));
    }
    this.#checks.inc({ service, check, result: passed ? "passed" : "failed" });
  }

  /** Makes the series say what `services` do, and nothing of those that are gone. */
  show(services: readonly ServiceRunState[]): void {
    this.#up.reset();
    this.#registered.reset();
    for (const { name: service, ports } of services) {
      for (const { port, verdict, registration } of ports) {
        this.#up.set({ service, port }, verdict.state === "up" ? 1 : 0);
        this.#registered.set({ service, port }, registration.status === "registered" ? 1 : 0);
      }
    }
    this.#forget(services);
  }

  #forget(services: readonly ServiceRunState[]): void {
    const there = new Map(
      services.map(({ name, ports }) => [name, new Set(ports.flatMap(({ checks }) => [...checks.keys()]))]),
    );
    for (const [service, checks] of this.#counted) {
      for (const check of checks) {
        if (there.get(service)?.has(check) === true) continue;
        checks.delete(check);
        for (const result of RESULTS) this.#checks.remove({ service, check, result });
      }
      if (checks.size === 0) this.#counted.delete(service);
    }
  }
}
