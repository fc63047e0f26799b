/** Orders addresses by number: IPv4 before IPv6, then ip, then port. `ip` must be canonical. */
export function compareAddresses(a: Address, b: Address): number {
  if (a.ip !== b.ip) {
    const [left, right] = [groups(a.ip), groups(b.ip)];
    if (left.length !== right.length) return left.length - right.length;
    for (const [index, group] of left.entries()) {
      const difference = group - (right[index] ?? 0);
      if (difference !== 0) return difference;
    }
  }
  return a.port - b.port;
}

/** Where a node answers: its identity. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

/** `10.0.0.5:80`, `2001:db8::1:80`: as text, one for each address; without brackets, so that it can be a node's name. */
export function addressName({ ip, port }: Address): string {
  return `${ip}:${port}`;
}

function groups(ip: string): number[] {
  if (!ip.includes(":")) return ip.split(".").map(Number);
  const [head = "", tail] = ip.split("::");
  const before = hexGroups(head);
  if (tail === undefined) return before;
  const after = hexGroups(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function hexGroups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
