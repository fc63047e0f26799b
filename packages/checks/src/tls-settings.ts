import { isIP } from "node:net";
import { resolve } from "node:path";
import type { ConnectionOptions } from "node:tls";
import type { JsonSchema } from "@lighthouse-sd/core";
import { readPemFile } from "@lighthouse-sd/plugin-kit";

/** How a check speaks TLS. */
export interface TlsSettings {
  /** Whether the certificate must be valid. Undefined: only where `ca_file` is given. */
  readonly verify?: boolean;
  /** The authorities that may have signed it, in PEM; without one, those that Node.js knows. */
  readonly ca_file?: string;
  /** The name asked for (SNI), which the certificate must be for. */
  readonly server_name?: string;
  /** This host's own certificate and key, in PEM, where the service asks for one. */
  readonly cert_file?: string;
  readonly key_file?: string;
}

const FILE = { type: "string", minLength: 1, expects: "the path of a file" };

/** Of the key `tls`. */
export const tlsSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  dependencies: { cert_file: ["key_file"], key_file: ["cert_file"] },
  properties: {
    verify: { type: "boolean", description: "Whether the certificate must be valid. Default: where ca_file is given." },
    ca_file: { ...FILE, description: "The authorities that may have signed the certificate, in PEM." },
    server_name: {
      type: "string",
      pattern: "^[A-Za-z0-9_.-]{1,253}$",
      expects: "a DNS name",
      description: "The name asked for (SNI), which the certificate must be for.",
    },
    cert_file: { ...FILE, description: "This host's own certificate, in PEM, where the service asks for one." },
    key_file: { ...FILE, description: "Its key, in PEM." },
  },
};

/** The options of a TLS connection to `name`, with the files as they are now: one that is replaced counts from the next
 * check on. Rejects with FileError where one cannot be read. */
export async function tlsOptions(settings: TlsSettings, name: string, directory: string): Promise<ConnectionOptions> {
  const serverName = settings.server_name ?? (isIP(name) === 0 ? name : undefined);
  const [ca, cert, key] = await Promise.all(
    [settings.ca_file, settings.cert_file, settings.key_file].map((path) =>
      path === undefined ? undefined : readPemFile(resolve(directory, path)),
    ),
  );
  return {
    rejectUnauthorized: settings.verify ?? ca !== undefined,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
