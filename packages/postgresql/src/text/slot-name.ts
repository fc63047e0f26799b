import { createHash } from "node:crypto";
import type { Node } from "@lighthouse-sd/core";

const LONGEST = 63;

/** The name of a member's replication slot, and of the member itself as a synchronous standby: every host comes to the
 * same one. `lh_db1_example_com_5432`; what a slot's name cannot say is told apart by a digest. */
export function slotName(prefix: string, { host, port }: Pick<Node, "host" | "port">): string {
  const plain = `${prefix}${host.replaceAll(".", "_")}_${port}`;
  if (/^[a-z0-9.]+$/.test(host) && plain.length <= LONGEST) return plain;
  const digest = createHash("sha256").update(`${host}:${port}`).digest("hex").slice(0, 8);
  const readable = host.toLowerCase().replace(/[^a-z0-9]/g, "_");
  return `${prefix}${readable.slice(0, LONGEST - prefix.length - digest.length - 1)}_${digest}`;
}
