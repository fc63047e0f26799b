import { readFile } from "node:fs/promises";
import type { Logger } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import type { HAProxyBlock, HAProxyConfig } from "../config/haproxy-config.js";
import type { ClusterPart } from "../render/render-cluster.js";

/** The last configuration that HAProxy took, part by part: what a part falls back on when its next version is refused. */
export interface AcceptedInputs {
  readonly config: HAProxyConfig;
  readonly clusters: Readonly<Record<string, AcceptedCluster>>;
}

export interface AcceptedCluster {
  readonly metaCluster: string | null;
  readonly block: HAProxyBlock;
}

/** A cluster's last good version; undefined where it has none. */
export function acceptedCluster(inputs: AcceptedInputs | null, name: string): AcceptedCluster | undefined {
  return inputs !== null && Object.hasOwn(inputs.clusters, name) ? inputs.clusters[name] : undefined;
}

/** What HAProxy has taken with this configuration and these clusters; the same whatever order they come in. */
export function acceptedInputs(config: HAProxyConfig, parts: readonly ClusterPart[]): AcceptedInputs {
  const sorted = parts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const clusters = sorted.map(({ name, metaCluster, block }) => [name, { metaCluster, block }] as const);
  return { config, clusters: Object.fromEntries(clusters) };
}

/** Whether a cluster stands as HAProxy took it last, its members aside. */
export function isAccepted({ name, metaCluster, block }: ClusterPart, inputs: AcceptedInputs | null): boolean {
  const before = acceptedCluster(inputs, name);
  if (before === undefined) return false;
  return JSON.stringify([before.metaCluster, before.block]) === JSON.stringify([metaCluster, block]);
}

/** Where they are kept: beside the configuration file, so that both are lost or kept together. */
function acceptedFile(configFile: string): string {
  return `${configFile}.accepted.json`;
}

/** Reads them back; null where there are none, or none that can be read. */
export async function readAcceptedInputs(configFile: string, log: Logger): Promise<AcceptedInputs | null> {
  const path = acceptedFile(configFile);
  try {
    const value = JSON.parse(await readFile(path, "utf8")) as Partial<AcceptedInputs> | null;
    if (typeof value?.config === "object" && typeof value.clusters === "object") return value as AcceptedInputs;
    log.warn(`${path} holds no accepted configuration; it is written anew with the next reload`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    log.warn(`${path} cannot be read (${String(error)}); it is written anew with the next reload`);
  }
  return null;
}

/** Keeps them. The file holds what the configuration holds, passwords of user lists included: only its owner reads it. */
export async function writeAcceptedInputs(configFile: string, inputs: AcceptedInputs): Promise<void> {
  await writeFileAtomic(acceptedFile(configFile), `${JSON.stringify(inputs)}\n`, { mode: 0o600 });
}
