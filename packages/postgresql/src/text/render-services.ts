import { formatAddress, type Node } from "@lighthouse-sd/core";
import type { TargetSession } from "../config/postgresql-config.js";
import { serviceValue } from "./quote.js";

/** libpq reads no longer line, in bytes. */
const LONGEST_LINE = 1000;
const HEADER = "# Kept by Lighthouse: changes to this file are overwritten.";

/** One service: a name, the members behind it, and which of them a session is to get. */
export interface Service {
  readonly name: string;
  readonly target: TargetSession;
  readonly members: readonly Pick<Node, "ip" | "port">[];
}

/** libpq's service file, or the service that it cannot hold. */
export function renderServices(services: readonly Service[]): string {
  const sections = [...services].sort((a, b) => (a.name < b.name ? -1 : 1)).map(renderService);
  return `${[HEADER, ...sections].join("\n")}\n`;
}

function renderService({ name, target, members }: Service): string {
  const sorted = [...members].sort((a, b) => (formatAddress(a.ip, a.port) < formatAddress(b.ip, b.port) ? -1 : 1));
  return [
    `[${name}]`,
    `host=${serviceValue(sorted.map(({ ip }) => ip).join(","))}`,
    `port=${sorted.map(({ port }) => port).join(",")}`,
    `target_session_attrs=${target}`,
    "connect_timeout=2",
  ].join("\n");
}

/** Why a service cannot be written: libpq refuses longer lines, and the whole file with them. */
export function unfitService({ members }: Service): string | undefined {
  const length = members.reduce((sum, { ip }) => sum + ip.length + 1, "host=".length);
  if (length <= LONGEST_LINE) return undefined;
  return `has ${members.length} members, more than a line of libpq's service file holds; it stays as it is`;
}

/** The sections of a file that renderServices wrote, by name, as they stand there. */
export function parseServices(text: string): ReadonlyMap<string, Service> {
  const services = new Map<string, Service>();
  for (const section of text.split(/^(?=\[)/m)) {
    const name = /^\[([A-Za-z0-9._-]+)\]$/m.exec(section)?.[1];
    const value = (key: string): string => new RegExp(`^${key}=(.*)$`, "m").exec(section)?.[1] ?? "";
    if (name === undefined) continue;
    const ports = value("port").split(",").map(Number);
    const members = value("host")
      .split(",")
      .map((ip, index) => ({ ip, port: ports[index] ?? 0 }));
    services.set(name, { name, target: value("target_session_attrs") as TargetSession, members });
  }
  return services;
}
