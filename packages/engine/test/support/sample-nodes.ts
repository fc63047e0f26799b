import type { DiscoveryRecord, Node } from "@lighthouse-sd/core";

/** A raw record as a registry holds it. */
export function record(source: string, value: unknown): DiscoveryRecord {
  return { source, value };
}

/** A good record: `app1` at 10.0.0.1:80. */
export function goodRecord(host: string, ip: string, port: number = 80, extra: object = {}): DiscoveryRecord {
  return record(`${host}@${ip}:${port}`, JSON.stringify({ host, ip, port, metadata: {}, peer: null, ...extra }));
}

/** A node as it comes out of `goodRecord`. */
export function node(host: string, ip: string, port: number = 80): Node {
  return { name: `${host}:${port}`, host, ip, port, peer: null, metadata: {} };
}

/** `app1:80@10.0.0.1`, for comparing at a glance. */
export function shown(nodes: readonly Node[] | null): readonly string[] | null {
  return nodes?.map(({ name, ip }) => `${name}@${ip}`) ?? null;
}
