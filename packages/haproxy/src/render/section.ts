/** Where a rendered line comes from: a cluster's block, or (`cluster: null`) the balancer's own configuration. */
export interface Origin {
  readonly cluster: string | null;
  readonly path: readonly (string | number)[];
}

/** One line of a section. `member`: it is one of the cluster's nodes, and not part of the structure. */
export interface Line {
  readonly text: string;
  readonly origin: Origin;
  readonly member?: boolean;
}

/** A section of HAProxy's configuration. */
export interface Section {
  /** `frontend web.in` */
  readonly header: string;
  /** What the section is there for; lines may have other origins. */
  readonly origin: Origin;
  readonly lines: readonly Line[];
}

/** A value as one word of HAProxy's configuration language. A dollar sign is one there: only double quotes give it a
 * meaning. */
export function word(value: string): string {
  return value.replace(/[\\"'# \t]/g, (character) => `\\${character}`);
}

/** An address and port of a `bind` line; no address: all. */
export function bindAddress(address: string | undefined, port: number): string {
  const bare = (address ?? "").replace(/^\[(.*)\]$/, "$1");
  return bare.includes(":") ? `[${bare}]:${port}` : `${bare}:${port}`;
}
