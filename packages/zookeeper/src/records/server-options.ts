/** What of HAProxy's server options a registry may set. */
export interface ServerOptions {
  readonly backup?: true;
  readonly weight?: number;
}

const KNOWN = "known here: backup, weight N";

/** Reads `haproxy_server_options`: words for HAProxy's configuration, written by whoever can write to the registry. Only
 * words that mean something to every balancer are taken; a text is why these are not. */
export function parseServerOptions(value: unknown): ServerOptions | string {
  if (value === undefined || value === null) return {};
  if (typeof value !== "string") return `haproxy_server_options is no text; ${KNOWN}`;
  let options: ServerOptions = {};
  const words = value.split(" ").filter((word) => word !== "");
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "backup") {
      options = { ...options, backup: true };
      continue;
    }
    const weight = word === "weight" ? words.shift() : undefined;
    if (weight === undefined || !/^\d{1,3}$/.test(weight) || Number(weight) > 256) {
      return `haproxy_server_options has ${JSON.stringify(word)}; ${KNOWN}`;
    }
    options = { ...options, weight: Number(weight) };
  }
  return options;
}
