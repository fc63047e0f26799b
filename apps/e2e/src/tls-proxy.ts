import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { CertificateFiles } from "@lighthouse-sd/test-servers";

/** A proxy with TLS before a runner. */
export interface TlsProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts one that passes requests below `prefix` on to the runner at `target`, their path without it. */
export async function startTlsProxy(files: CertificateFiles, prefix: string, target: number): Promise<TlsProxy> {
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  const server = createServer({ cert, key }, (asked, response) => {
    const { method, headers, url = "" } = asked;
    if (!url.startsWith(`${prefix}/`)) {
      response.writeHead(404).end("not here\n");
      return;
    }
    const passed = request({ port: target, method, headers, path: url.slice(prefix.length) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
