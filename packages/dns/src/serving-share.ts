/** What an SRV record says of the work that its target is to get. */
export interface SrvShare {
  readonly priority: number;
  /** 0 to 65,535, relative to the others of one priority. */
  readonly weight: number;
}

/** The same, in the words that balancers understand. */
export interface ServingShare {
  /** 0 to 256. */
  readonly weight?: number;
  readonly backup?: true;
}

/** The largest weight of a node. */
const LARGEST = 256;

/** The metadata of each node, in order. Those of another than the best (lowest) priority are backups. Weights that are all
 * the same within a priority say nothing; up to 256 they are taken as they are, so that no node's weight hangs on who else
 * is there; larger ones are scaled down together. Weight 0 beside others is no work. */
export function servingShares(shares: readonly SrvShare[]): readonly ServingShare[] {
  const best = Math.min(...shares.map(({ priority }) => priority));
  const weights = new Map<number, Set<number>>();
  for (const { priority, weight } of shares) {
    weights.set(priority, (weights.get(priority) ?? new Set()).add(weight));
  }
  return shares.map(({ priority, weight }) => {
    const among = weights.get(priority) ?? new Set();
    return {
      ...(among.size > 1 ? { weight: scaled(weight, Math.max(...among)) } : {}),
      ...(priority > best ? { backup: true as const } : {}),
    };
  });
}

function scaled(weight: number, largest: number): number {
  if (largest <= LARGEST || weight === 0) return weight;
  return Math.max(1, Math.round((weight * LARGEST) / largest));
}
