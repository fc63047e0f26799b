import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { readPemFile } from "@lighthouse-sd/plugin-kit";
import type { Login } from "./config/postgresql-config.js";

/** Whom a TLS session is opened with, and how. */
export interface TlsPeer extends Omit<Login, "user" | "passfile"> {
  /** An address, a name, or the directory of a unix socket. */
  readonly host: string;
  /** The name that a certificate has to have, where it is not `host`. */
  readonly serverName?: string | undefined;
}

/** How TLS is spoken to a server, as libpq does with the same settings; false: not at all. Rejects where a certificate
 * cannot be read. */
export async function tlsOptions(peer: TlsPeer): Promise<ConnectionOptions | false> {
  const { sslmode, sslrootcert, sslcert, sslkey, host, serverName = host } = peer;
  if (sslmode === "disable" || host.startsWith("/")) return false;
  const [ca, cert, key] = await Promise.all(
    [sslrootcert, sslcert, sslkey].map((path) => (path === undefined ? undefined : readPemFile(path))),
  );
  return {
    rejectUnauthorized: sslmode === "verify-ca" || sslmode === "verify-full",
    host: serverName,
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    ...(sslmode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}
