import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** PEM files of a certificate and its key. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority for one test. */
export interface CertificateAuthority {
  /** The PEM file of its own certificate. */
  readonly caFile: string;
  /** A certificate for a server on 127.0.0.1, `localhost` and `commonName`, or for a client of that name. Files begin with
   * `commonName`. */
  issue(commonName: string): Promise<CertificateFiles>;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes one with openssl; `directory` is to be there. `name` tells two in one directory apart. */
export async function certificateAuthority(directory: string, name = "ca"): Promise<CertificateAuthority> {
  const path = (file: string): string => join(directory, file);
  const [caFile, caKey] = [path(`${name}.crt`), path(`${name}.key`)];
  await run("openssl", [
    "req",
    "-x509",
    ...NEW_KEY,
    "-keyout",
    caKey,
    "-out",
    caFile,
    "-days",
    "2",
    "-subj",
    `/CN=${name}`,
  ]);
  return {
    caFile,
    issue: async (commonName) => {
      const [certFile, keyFile] = [path(`${commonName}.crt`), path(`${commonName}.key`)];
      const [request, extensions] = [path(`${commonName}.csr`), path(`${commonName}.ext`)];
      await writeFile(extensions, `subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:${commonName}\n`);
      await run("openssl", ["req", ...NEW_KEY, "-keyout", keyFile, "-out", request, "-subj", `/CN=${commonName}`]);
      const signed = ["-CA", caFile, "-CAkey", caKey, "-CAcreateserial", "-extfile", extensions];
      await run("openssl", ["x509", "-req", "-in", request, "-out", certFile, "-days", "2", ...signed]);
      return { certFile, keyFile };
    },
  };
}
