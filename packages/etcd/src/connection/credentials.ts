import type { SecureClientSessionOptions } from "node:http2";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { readPemFile, readSecretFile } from "@lighthouse-sd/plugin-kit";
import type { EtcdDiscoveryConfig } from "../config/config.js";

/** Who this host is to etcd, as its files say now. */
export interface Credentials {
  readonly login: { readonly name: string; readonly password: string } | undefined;
  readonly tls: Pick<SecureClientSessionOptions, "ca" | "cert" | "key" | "servername">;
}

/** Reads all files of `config` anew; relative ones below `directory`. */
export async function readCredentials(config: EtcdDiscoveryConfig, directory: string): Promise<Credentials> {
  const { username, password_file, tls = {} } = config;
  const { ca_file, cert_file, key_file, server_name } = tls;
  const at = (path: string): string => resolve(directory, path);
  return {
    login:
      username === undefined || password_file === undefined
        ? undefined
        : { name: username, password: await readSecretFile(at(password_file)) },
    tls: {
      ...(ca_file !== undefined && { ca: await readPemFile(at(ca_file)) }),
      ...(cert_file !== undefined && { cert: await readPemFile(at(cert_file)) }),
      ...(key_file !== undefined && { key: await readSecretFile(at(key_file)) }),
      ...(server_name !== undefined && isIP(server_name) === 0 && { servername: server_name }),
    },
  };
}
