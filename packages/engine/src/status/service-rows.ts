import type { PortStatus, ServiceStatus } from "../http/service-status.js";
import { ageText } from "./age-text.js";
import type { Cell, Colors } from "./text-table.js";

/** The ports of services as rows of a table. */
export function serviceRows(
  services: Readonly<Record<string, ServiceStatus>>,
  now: number,
  colors: Colors,
): readonly (readonly (Cell | string)[])[] {
  return Object.entries(services).flatMap(([name, { ports, drainedSince }]) =>
    ports.map((port) => [
      name,
      String(port.port),
      stateCell(port, drainedSince, colors),
      ageText(drainedSince ?? port.since, now),
      registrationCell(port, colors),
      ageText(port.registration.since, now),
    ]),
  );
}

function stateCell({ state, reason }: PortStatus, drainedSince: string | null, { green, yellow, red }: Colors): Cell {
  if (drainedSince !== null) return { text: "drained", paint: yellow };
  if (state === "up") return { text: "up", paint: green };
  const why = reason === null ? "" : ` (${reason})`;
  return { text: `${state}${why}`, paint: state === "down" ? red : yellow };
}

function registrationCell({ registration: { state, error } }: PortStatus, { green, yellow, red }: Colors): Cell {
  if (error !== null) return { text: `${state} (${error})`, paint: red };
  return { text: state, paint: state === "registered" ? green : yellow };
}
