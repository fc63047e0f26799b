import type { RecordFormat } from "../config/block.js";

/** What a key's text says of a node, for the engine to parse and check; null: that there is none. */
export type ReadValue = (text: string) => unknown;

/** How values of `format` are read. */
export function valueReader(format: RecordFormat): ReadValue {
  return format === "grpc" ? readGrpcValue : (text) => text;
}

/** A record of etcd's gRPC naming, `{"Op":0,"Addr":"10.0.0.5:8000","Metadata":…}`, as a node. What is none stays as it
 * is, so that it is shown as it stands. */
function readGrpcValue(text: string): unknown {
  const update = parseObject(text);
  if (update === undefined || typeof update["Addr"] !== "string") return text;
  if (update["Op"] === 1) return null;
  const { ip, port } = splitAddress(update["Addr"]);
  const metadata = update["Metadata"] ?? {};
  return { ip, port, metadata: isObject(metadata) ? metadata : { metadata } };
}

function splitAddress(address: string): { readonly ip: string; readonly port: string | undefined } {
  const parts = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:]*)):(?<port>.*)$/.exec(address)?.groups;
  if (parts === undefined) return { ip: address, port: undefined };
  return { ip: parts["v6"] ?? parts["name"] ?? "", port: parts["port"] };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
