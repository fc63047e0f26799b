import { mkdirSync } from "node:fs";
import { requireServer, startEtcd, startZookeeper } from "@lighthouse-sd/test-servers";
import type { RegistryName } from "./results.js";

/** Where services are registered, and members found. */
export interface Registry {
  readonly name: RegistryName;
  /** What discovery/<name>.yaml holds. */
  readonly discovery: object;
  stop(): Promise<void>;
}

/** False, having said so on stderr, where its server is not installed. */
export function isInstalled(name: RegistryName): boolean {
  return name === "file" || requireServer(name);
}

/** Starts one server, on its own defaults; `directory`: where the files are, without a server. */
export async function startRegistry(name: RegistryName, directory: string): Promise<Registry> {
  if (name === "etcd") {
    const etcd = await startEtcd();
    return { name, discovery: { hosts: etcd.hosts }, stop: () => etcd.stop() };
  }
  if (name === "zookeeper") {
    const zookeeper = await startZookeeper();
    return { name, discovery: { hosts: zookeeper.hosts, path: "/lighthouse" }, stop: () => zookeeper.stop() };
  }
  mkdirSync(directory);
  return { name, discovery: { path: directory }, stop: async () => undefined };
}
