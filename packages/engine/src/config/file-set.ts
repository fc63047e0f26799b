import type { Draft, DraftOf } from "./draft.js";

/** One version each of some files, by slot. */
export type Drafts = ReadonlyMap<string, Draft>;

/** A set of drafts, looked at by what they describe. Of two with one name the later one counts. */
export class FileSet {
  readonly balancers: ReadonlyMap<string, DraftOf<"balancer">>;
  readonly discoveries: ReadonlyMap<string, DraftOf<"discovery">>;
  /** By name. */
  readonly clusters: readonly DraftOf<"cluster">[];
  readonly services: readonly DraftOf<"service">[];

  constructor(readonly drafts: Drafts) {
    const all = [...drafts.values()];
    this.balancers = new Map(all.flatMap((draft) => (draft.kind === "balancer" ? [[draft.name, draft]] : [])));
    this.discoveries = new Map(all.flatMap((draft) => (draft.kind === "discovery" ? [[draft.name, draft]] : [])));
    this.clusters = all.filter((draft) => draft.kind === "cluster").sort(byName);
    this.services = all.filter((draft) => draft.kind === "service").sort(byName);
  }
}

function byName(a: Draft, b: Draft): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
