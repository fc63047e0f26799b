import { type HttpBackend, httpGet, httpServer } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";
import type { NodeRecord } from "./site.js";

/** A running web server, and how a nodes file lists it. */
export interface Member {
  readonly backend: HttpBackend;
  readonly node: NodeRecord;
}

/** Starts web servers that answer with these names; they end with the test. */
export function startMembers(names: readonly string[]): Promise<readonly Member[]> {
  return Promise.all(
    names.map(async (name) => {
      const backend = await httpServer({ name });
      onTestFinished(() => backend.stop());
      return { backend, node: { host: `${name}.example.com`, ip: "127.0.0.1", port: backend.port } };
    }),
  );
}

/** Members that nobody will ever ask: addresses of a private network. */
export function unreachableNodes(count: number, first = 0): readonly NodeRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index + 1;
    return {
      host: `app${number}.example.com`,
      ip: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
      port: 8_000,
    };
  });
}

/** Who answers `count` requests on fresh connections; a request that fails rejects. */
export async function whoAnswers(port: number, count = 12): Promise<readonly string[]> {
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const { status, body } = await httpGet({ port });
    if (status !== 200) throw new Error(`port ${port} answered ${status}`);
    names.add(body);
  }
  return [...names].sort();
}
