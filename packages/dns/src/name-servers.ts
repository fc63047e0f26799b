import { readFile } from "node:fs/promises";
import { LookUpError } from "./failures.js";
import { parseServerAddress, resolvConfServers, type ServerAddress } from "./server-address.js";

/** Whether it has changed is seen within this, in milliseconds. */
const KNOWN_FOR_MS = 1000;

/** The name servers that are configured, or (undefined) those that a resolv.conf names now. */
export function nameServers(
  configured: readonly string[] | undefined,
  resolvConf = "/etc/resolv.conf",
): () => Promise<readonly ServerAddress[]> {
  if (configured !== undefined) {
    const servers = configured.flatMap((text) => parseServerAddress(text) ?? []);
    return () => Promise.resolve(servers);
  }
  let known: { readonly servers: readonly ServerAddress[]; readonly until: number } | undefined;
  return async () => {
    if (known === undefined || performance.now() >= known.until) {
      known = { servers: await readServers(resolvConf), until: performance.now() + KNOWN_FOR_MS };
    }
    return known.servers;
  };
}

async function readServers(path: string): Promise<readonly ServerAddress[]> {
  try {
    return resolvConfServers(await readFile(path, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return resolvConfServers("");
    throw new LookUpError(`${path} cannot be read: ${message}; name the servers to ask under "servers"`);
  }
}
