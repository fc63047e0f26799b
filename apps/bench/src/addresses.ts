/** A member as its file has it. */
export interface BenchNode {
  readonly host: string;
  readonly ip: string;
  readonly port: number;
  readonly metadata: { readonly backup?: true };
}

/** A range of 127.0.0.0/8. All of these addresses reach the one server that listens on all of them. */
type Range = 1 | 64 | 128;

const BASE: Range = 1;
const FILLERS: Range = 64;
const MEASURED: Range = 128;
const PER_RANGE = 1 << 20;

/** The member that is always there and always serves. */
export function baseNode(port: number): BenchNode {
  return node(BASE, 1, port, {});
}

/** Members that are there: up, rendered, read back like any other, but asked only where no other one is left. */
export function fillerNodes(count: number, port: number): readonly BenchNode[] {
  return Array.from({ length: count }, (_, index) => node(FILLERS, index, port, { backup: true }));
}

/** The member number `index` of those that come and go. */
export function measuredNode(index: number, port: number): BenchNode {
  return node(MEASURED, index, port, {});
}

/** The name of a member's file: as a reporter of Lighthouse names it, so that its removal counts at once. */
export function nodeFileName({ host, port }: Pick<BenchNode, "host" | "port">): string {
  return `${host}:${port}.reported.json`;
}

function node(range: Range, index: number, port: number, metadata: BenchNode["metadata"]): BenchNode {
  if (index >= PER_RANGE) throw new Error(`only ${PER_RANGE} addresses a kind, asked for number ${index}`);
  const ip = `127.${range + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
  return { host: ip, ip, port, metadata };
}
