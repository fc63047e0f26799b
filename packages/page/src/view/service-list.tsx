import type { JSX } from "preact";
import { status } from "../state/page-state.js";
import type { PortStatus, ServiceStatus } from "../wire/runner-status.js";
import { Age } from "./age.js";
import { idOf } from "./go-to.js";
import { Mark, type MarkKind } from "./mark.js";

/** What the runner's host offers; nothing where it offers nothing. */
export function ServiceList(): JSX.Element | null {
  const all = Object.entries(status.value?.services ?? {});
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="services">
      <h2 id="services">Services of this host</h2>
      <div class="cards">
        {all.map(([name, service]) => (
          <ServiceCard key={name} name={name} service={service} />
        ))}
      </div>
    </section>
  );
}

function ServiceCard({ name, service }: { readonly name: string; readonly service: ServiceStatus }): JSX.Element {
  const { discovery, drainedSince, ports } = service;
  return (
    <article class="panel card">
      <h3 id={idOf({ kind: "service", name })} tabIndex={-1}>
        <bdi class="name">{name}</bdi>
        <span class="quiet">
          in <bdi>{discovery}</bdi>
        </span>
        {drainedSince !== null && <span class="chip note">drained</span>}
      </h3>
      <ul class="ports">
        {ports.map((port) => (
          <PortRow key={port.port} port={port} />
        ))}
      </ul>
    </article>
  );
}

function PortRow({
  port: { port, state, since, reason, node, registration },
}: {
  readonly port: PortStatus;
}): JSX.Element {
  const isWell = state === "up" && registration.state === "registered";
  const kind: MarkKind = isWell ? "well" : state === "starting" ? "work" : state === "up" ? "look" : "bad";
  const why = reason ?? registration.error;
  return (
    <li>
      <Mark kind={kind} /> port {port} {state}
      {state === "up" && registration.state !== "registered" && `, ${registration.state}`} <Age at={since} />
      {node !== null && <bdi class="code quiet">{node}</bdi>}
      {why !== null && <bdi class="quiet">{why}</bdi>}
    </li>
  );
}
