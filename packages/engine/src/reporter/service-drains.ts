import { join } from "node:path";
import { type Logger, nearestWord } from "@lighthouse-sd/core";
import { errorText } from "../error-text.js";
import { type Decision, KeptValue } from "../kept-value.js";

/** The services that an operator has out of rotation, and since when, Unix milliseconds. Never changed, only replaced. */
export type ServiceDrains = ReadonlyMap<string, number>;

/** What an operator asks for. */
export interface ServiceDrainRequest {
  readonly service: string;
  /** True: out of rotation; false: back. */
  readonly drained: boolean;
}

/** What the operator is told. */
export interface ServiceDrainReply {
  /** False: there is no such service. */
  readonly done: boolean;
  readonly changed: boolean;
  readonly message: string;
}

/** A service, as far as draining it goes. */
export interface DrainableService {
  readonly name: string;
  /** Its own file marks it so. */
  readonly drainsItself: boolean;
}

/** The drained services of this host, kept in the state directory. */
export function keptServiceDrains(stateDirectory: string, log: Logger): KeptValue<ServiceDrains> {
  return new KeptValue<ServiceDrains>({
    path: join(stateDirectory, "service-drains.json"),
    log,
    none: new Map(),
    render: renderServiceDrains,
    parse: parseServiceDrains,
    what: "the drains of services",
    loss: "services that were drained are in rotation until they are drained again",
  });
}

/** What is to become of the drains when `request` is made at `now` (Unix milliseconds). Pure. */
export function decideServiceDrain(
  { service, drained }: ServiceDrainRequest,
  services: readonly DrainableService[],
  drains: ServiceDrains,
  now: number,
): Decision<ServiceDrains, ServiceDrainReply> {
  const known = services.find(({ name }) => name === service);
  if (known === undefined && (drained || !drains.has(service))) {
    return { reply: { done: false, changed: false, message: unknown(service, services) } };
  }
  const until = `until: lighthouse-runner undrain --service ${service}`;
  if (drained) {
    if (drains.has(service)) return { reply: unchanged(`service ${service} is drained already, ${until}`) };
    const message = `service ${service} is drained: it stays registered, marked so that balancers give it no new work, also after a restart, ${until}`;
    return { value: new Map([...drains, [service, now]]), reply: { done: true, changed: true, message } };
  }
  const still = known?.drainsItself === true ? "; the metadata in its own file asks for a drain, which stands" : "";
  if (!drains.has(service)) return { reply: unchanged(`service ${service} is not drained${still}`) };
  const message = `service ${service} is no longer drained${known === undefined ? "; this host does not offer it now" : still}`;
  const value = new Map([...drains].filter(([name]) => name !== service));
  return { value, reply: { done: true, changed: true, message } };
}

function unchanged(message: string): ServiceDrainReply {
  return { done: true, changed: false, message };
}

function unknown(asked: string, services: readonly DrainableService[]): string {
  const names = services.map(({ name }) => name);
  const near = nearestWord(asked, names);
  const guess = near === undefined ? "" : `; did you mean ${near}?`;
  const all = names.length === 0 ? "it offers none" : `it offers: ${names.join(", ")}`;
  return `this host offers no service ${JSON.stringify(asked)}${guess === "" ? `; ${all}` : guess}`;
}

/** JSON that a person can read. */
function renderServiceDrains(drains: ServiceDrains): string {
  const services = [...drains].map(([name, since]) => ({ name, since: new Date(since).toISOString() }));
  return `${JSON.stringify({ format: 1, services }, null, 2)}\n`;
}

/** Reads what `renderServiceDrains` wrote; says why it cannot be used otherwise. */
function parseServiceDrains(text: string): ServiceDrains | { readonly reason: string } {
  try {
    const { format, services } = JSON.parse(text) as {
      readonly format: unknown;
      readonly services: readonly unknown[];
    };
    if (format !== 1) return { reason: `it has the unknown format ${JSON.stringify(format)}` };
    return new Map(services.map(readDrain));
  } catch (error) {
    return { reason: errorText(error) };
  }
}

function readDrain(value: unknown): readonly [string, number] {
  const { name, since } = value as Record<string, unknown>;
  const at = typeof since === "string" ? Date.parse(since) : Number.NaN;
  if (typeof name !== "string" || Number.isNaN(at)) {
    throw new Error(`an entry must have name and since, is ${JSON.stringify(value)}`);
  }
  return [name, at];
}
