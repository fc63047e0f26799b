import { createHash } from "node:crypto";
import type { Node } from "@lighthouse-sd/core";

const NODE_FILE = ".json";
const REPORTED_FILE = ".reported.json";
const LONGEST_NAME_BYTES = 255;

/** The files that may hold a cluster's list, in the order their nodes are given. */
export function listFileNames(cluster: string): readonly string[] {
  return [`${cluster}.json`, `${cluster}.yaml`, `${cluster}.yml`];
}

/** The clusters that an entry of the root directory may belong to: by a list file, or by their directory. */
export function clustersOf(entry: string): readonly string[] {
  const list = /^(.+)\.(?:json|ya?ml)$/.exec(entry)?.[1];
  return list === undefined ? [entry] : [entry, list];
}

/** Whether an entry of a cluster's directory holds a node. Dotfiles and editors' copies (`~`) do not. */
export function isNodeFile(entry: string): boolean {
  return entry.endsWith(NODE_FILE) && !entry.startsWith(".");
}

/** Whether a reporter keeps this file fresh, so that its age tells something. */
export function isReportedFile(entry: string): boolean {
  return entry.endsWith(REPORTED_FILE);
}

/** The file a reporter writes for `node`. */
export function reportedFileName(node: Pick<Node, "host" | "port">): string {
  const name = `${node.host}:${node.port}`;
  if (name.length + REPORTED_FILE.length <= LONGEST_NAME_BYTES) return `${name}${REPORTED_FILE}`;
  return `${name.slice(0, 128)}-${createHash("sha256").update(name).digest("hex")}${REPORTED_FILE}`;
}

/** Names become paths: one that leads elsewhere is refused, though no accepted configuration has one. */
export function requireName(name: string): void {
  if (/^[A-Za-z0-9._-]+$/.test(name) && !name.startsWith(".")) return;
  throw new Error(
    `a name must be made of letters, digits, ".", "_" and "-" and not begin with ".", got ${JSON.stringify(name)}`,
  );
}
