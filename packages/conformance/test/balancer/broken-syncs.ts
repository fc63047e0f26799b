import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { BalancerPlugin, CallOptions, Cluster, SyncResult } from "@lighthouse-sd/core";
import { prepareFile, writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import MembersBalancer from "./members-file/members-balancer.js";
import type { MembersBlock } from "./members-file/members-config.js";
import { renderMembers } from "./members-file/render-members.js";
import { membersPath } from "./members-path.js";

/** What a sync is given. */
export type Clusters = readonly Cluster<MembersBlock>[];

/** The members balancer with another sync. */
export function syncing(
  sync: (
    balancer: MembersBalancer,
    clusters: Clusters,
    options: CallOptions,
    right: (clusters: Clusters, options?: CallOptions) => Promise<SyncResult>,
  ) => Promise<SyncResult>,
): BalancerPlugin<unknown> {
  return class extends MembersBalancer {
    override syncFile(clusters: Clusters, options: CallOptions): Promise<SyncResult> {
      return sync(this, clusters, options, (other, others = options) => super.syncFile(other, others));
    }
  };
}

/** The members balancer with another way to write, which gets the text that there should be. */
export function writing(
  write: (path: string, text: string, clusters: Clusters, options: CallOptions) => Promise<unknown>,
): BalancerPlugin<unknown> {
  return syncing(async (balancer, clusters, options, right) => {
    const path = membersPath(balancer);
    const before = await readFile(path, "utf8").catch(() => undefined);
    const text = renderMembers(clusters, before ?? "");
    if (text === before) return right(clusters);
    await write(path, text, clusters, options);
    return { converged: true, changes: [{ kind: "file", target: path, action: "written" }] };
  });
}

/** Writes again what stands there. */
export async function rewrite(path: string): Promise<void> {
  await writeFile(path, await readFile(path));
}

/** See `brokenBalancers`. */
export function oncePerInstance(): BalancerPlugin<unknown> {
  const seen = new WeakSet<object>();
  return syncing(async (balancer, clusters, _options, right) => {
    const result = await right(clusters);
    if (!seen.has(balancer)) await rewrite(membersPath(balancer));
    seen.add(balancer);
    return result;
  });
}

/** See `brokenBalancers`. */
export function writingInOrder(): BalancerPlugin<unknown> {
  return syncing(async (balancer, clusters, _options, _right) => {
    const lines = clusters.flatMap(({ name, nodes }) => (nodes ?? []).map((node) => `${name} ${node.ip}\n`));
    const changed = await writeFileAtomic(membersPath(balancer), lines.join(""));
    return { converged: true, changes: changed ? [{ kind: "file", target: "members", action: "written" }] : [] };
  });
}

/** See `brokenBalancers`. */
export function keepingRemoved(): BalancerPlugin<unknown> {
  const known = new WeakMap<object, Map<string, Cluster<MembersBlock>>>();
  return syncing((balancer, clusters, _options, right) => {
    const all = known.get(balancer) ?? new Map<string, Cluster<MembersBlock>>();
    known.set(balancer, all);
    for (const cluster of clusters) all.set(cluster.name, cluster);
    return right([...all.values()]);
  });
}

/** See `brokenBalancers`. */
export function rawMetadata(clusters: Clusters): string {
  const nodes = clusters.flatMap((cluster) => cluster.nodes ?? []);
  return nodes
    .map(({ metadata }) => (metadata["weight"] === undefined ? "" : `# weight ${metadata["weight"]}\n`))
    .join("");
}

/** See `brokenBalancers`. */
export async function writeInHalves(
  path: string,
  text: string,
  _clusters: Clusters,
  { signal }: CallOptions,
): Promise<void> {
  await writeFile(path, text.slice(0, text.length / 2));
  await sleep(10);
  signal.throwIfAborted();
  await writeFileAtomic(path, text);
}

/** See `brokenBalancers`. */
export async function leaveCandidate(
  path: string,
  text: string,
  _clusters: Clusters,
  { signal }: CallOptions,
): Promise<void> {
  const prepared = await prepareFile(path, text);
  await sleep(10);
  signal.throwIfAborted();
  await prepared.commit();
}
