import {
  type DiscoveryRecord,
  formatAddress,
  type JsonObject,
  type Node,
  parseNode,
  serializeNode,
} from "@lighthouse-sd/core";
import type { DiscoverySubject } from "./discovery-subject.js";

/** Makes the nodes that a discovery is tried with, and recognises them in records. */
export class SampleNodes {
  readonly #subject: DiscoverySubject;

  constructor(subject: DiscoverySubject) {
    this.#subject = subject;
  }

  /** The node with this index. */
  node(index: number, metadata: JsonObject = {}): Node {
    const { host, ip, port } = this.#subject.node?.(index) ?? defaultNode(index);
    return { name: `${host}:${port}`, host, ip, port, peer: null, metadata };
  }

  /** The nodes with the indices below `count`. */
  nodes(count: number): readonly Node[] {
    return Array.from({ length: count }, (_, index) => this.node(index));
  }

  /** What makes a node the same as another one, as far as this source tells. */
  keyOf(node: Node): string {
    return this.#subject.addressOnly === true ? formatAddress(node.ip, node.port) : serializeNode(node);
  }

  /** The same of a record; undefined: it is no node. */
  keyOfRecord(record: DiscoveryRecord): string | undefined {
    const node = nodeOf(record);
    return node === undefined ? undefined : this.keyOf(node);
  }

  /** Whether the records are these nodes, and nothing else, in any order. */
  are(records: readonly DiscoveryRecord[] | undefined, nodes: readonly Node[]): boolean {
    if (records?.length !== nodes.length) return false;
    const found = records.map((record) => this.keyOfRecord(record)).sort();
    const wanted = nodes.map((node) => this.keyOf(node)).sort();
    return found.every((key, index) => key === wanted[index]);
  }

  /** Whether all these nodes are among the records, as an address at least. */
  holdAddresses(records: readonly DiscoveryRecord[], nodes: readonly Node[]): boolean {
    const found = new Set(records.map(addressOf));
    return nodes.every((node) => found.has(formatAddress(node.ip, node.port)));
  }
}

function addressOf(record: DiscoveryRecord): string | undefined {
  const node = nodeOf(record);
  return node === undefined ? undefined : formatAddress(node.ip, node.port);
}

/** As an engine reads it: where there is a problem, the value is not. */
function nodeOf({ value, problem }: DiscoveryRecord): Node | undefined {
  const parsed = problem === undefined ? parseNode(value) : { reason: problem };
  return "node" in parsed ? parsed.node : undefined;
}

function defaultNode(index: number): Pick<Node, "host" | "ip" | "port"> {
  return {
    host: `member-${index}.example.com`,
    ip: `192.0.2.${(index % 254) + 1}`,
    port: 8000 + Math.floor(index / 254),
  };
}
