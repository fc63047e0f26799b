import type { Context } from "@lighthouse-sd/core";

/** What an instance is made with: a log that nobody reads, a host that nobody reaches. */
export function silentContext(name: string, directory: string): Context {
  const silent = (): void => undefined;
  return {
    name,
    directory,
    peer: { name: "conformance", ip: "127.0.0.1", port: 1024 },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    requestSync: silent,
  };
}
