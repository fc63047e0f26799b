import { canonicalIp, unusableIp } from "./ip-address.js";
import type { JsonObject } from "./json.js";
import { dropBadFields } from "./node-metadata.js";
import { showValue } from "./show-value.js";
import type { Node, Peer } from "./topology.js";

/** The largest record that is read, in characters of its JSON text. */
export const RECORD_LIMIT = 65_536;
/** The largest metadata of one node, in characters of its JSON text. */
export const METADATA_LIMIT = 32_768;
/** Deeper metadata would exhaust the stack of whoever walks through it. */
const METADATA_DEPTH = 32;

const LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const DNS_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`);

/** A record that was understood, with what was left out of it and why; or why it was not. */
export type ParsedRecord = { readonly node: Node; readonly dropped: readonly string[] } | { readonly reason: string };

/** Reads one record of a registry, text or parsed JSON, as Lighthouse 1.0.0 serialises a node, leniently: `peer` a JSON
 * string, an object, null or missing; `metadata` a JSON string or an object; a missing `host` is the ip. Whatever could
 * be taken for something else by a file or a socket is refused. Never throws. */
export function parseNode(value: unknown): ParsedRecord {
  try {
    return { ...readNode(recordObject(value)) };
  } catch (error) {
    if (error instanceof Refused) return { reason: error.message };
    return { reason: `cannot be read: ${error instanceof Error ? error.message : showValue(error)}` };
  }
}

class Refused extends Error {}

function readNode(record: Record<string, unknown>): { node: Node; dropped: readonly string[] } {
  const ip = readIp(record["ip"], "ip");
  const port = readPort(record["port"], "port");
  const host = record["host"] === undefined || record["host"] === null ? ip : readHost(record["host"], "host");
  const dropped: string[] = [];
  const peer = readPeer(record["peer"], dropped);
  const metadata = dropBadFields(readMetadata(record["metadata"]), dropped);
  return { node: { name: `${host}:${port}`, host, ip, port, peer, metadata }, dropped };
}

function recordObject(value: unknown): Record<string, unknown> {
  const parsed = typeof value === "string" ? parseJson(value, RECORD_LIMIT, "the record") : value;
  if (!isObject(parsed)) throw new Refused(`must be a JSON object, got ${showValue(parsed)}`);
  return parsed;
}

function readIp(value: unknown, field: string): string {
  const ip = typeof value === "string" ? canonicalIp(value) : undefined;
  if (ip === undefined) throw new Refused(`${field} must be an IPv4 or IPv6 address, got ${showValue(value)}`);
  const unusable = unusableIp(ip);
  if (unusable !== undefined) throw new Refused(`${field} ${ip} ${unusable}`);
  return ip;
}

function readPort(value: unknown, field: string): number {
  const port = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new Refused(`${field} must be an integer from 1 to 65535, got ${showValue(value)}`);
}

function readHost(value: unknown, field: string): string {
  if (typeof value === "string" && value.length <= 253) {
    const ip = canonicalIp(value);
    if (ip !== undefined) return ip;
    if (DNS_NAME.test(value)) return value;
  }
  throw new Refused(`${field} must be a DNS name or an IP address, got ${showValue(value)}`);
}

function readPeer(value: unknown, dropped: string[]): Peer | null {
  try {
    const parsed = typeof value === "string" ? parseJson(value, RECORD_LIMIT, "peer") : value;
    if (parsed === undefined || parsed === null) return null;
    if (!isObject(parsed)) throw new Refused(`peer must be an object, got ${showValue(parsed)}`);
    return {
      name: readHost(parsed["name"], "peer.name"),
      ip: readIp(parsed["ip"], "peer.ip"),
      port: readPort(parsed["port"], "peer.port"),
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    dropped.push(error.message);
    return null;
  }
}

function readMetadata(value: unknown): JsonObject {
  const parsed = typeof value === "string" ? parseJson(value, METADATA_LIMIT, "metadata") : value;
  if (parsed === undefined || parsed === null) return {};
  if (!isObject(parsed)) throw new Refused(`metadata must be a JSON object, got ${showValue(parsed)}`);
  if (isDeep(parsed, METADATA_DEPTH)) throw new Refused(`metadata is nested deeper than ${METADATA_DEPTH} levels`);
  return typeof value === "string" ? (parsed as JsonObject) : plainMetadata(parsed);
}

/** A parser of another format may have found what JSON cannot say: a date, an infinity, a big integer. */
function plainMetadata(value: Record<string, unknown>): JsonObject {
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new Refused(`metadata must hold JSON values alone: ${(error as Error).message}`);
  }
  return parseJson(text, METADATA_LIMIT, "metadata") as JsonObject;
}

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((entry) => isDeep(entry, levels - 1));
}

function parseJson(text: string, limit: number, what: string): unknown {
  if (text.length > limit) throw new Refused(`${what} has ${text.length} characters; the limit is ${limit}`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(`${what} must be JSON, got ${showValue(text)}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
