import { isDeepStrictEqual } from "node:util";
import type { BlockFits } from "./block-fits.js";
import type {
  BalancerSettings,
  ClusterSettings,
  Configuration,
  DiscoverySettings,
  LoggingSettings,
  RunnerSettings,
  ServiceSettings,
} from "./configuration.js";
import type { DraftOf } from "./draft.js";
import { type Drafts, FileSet } from "./file-set.js";
import { readRunnerFile } from "./runner-file.js";

/** What a valid set of files says. Whatever equals its part in `previous` is that very object. */
export function buildConfiguration(
  drafts: Drafts,
  fits: BlockFits,
  previous: Configuration | undefined,
): Configuration {
  const set = new FileSet(drafts);
  const runner = drafts.get("runner")?.content as RunnerSettings | undefined;
  const logging = drafts.get("logging")?.content as LoggingSettings | undefined;
  const next: Configuration = {
    runner: keep(previous?.runner, runner ?? readRunnerFile({})),
    logging: keep(previous?.logging, logging ?? { level: undefined, format: undefined }),
    balancers: keepMap(previous?.balancers, instances(set.balancers, previous?.balancers)),
    discoveries: keepMap(previous?.discoveries, instances(set.discoveries, previous?.discoveries)),
    clusters: keepMap(previous?.clusters, clusters(set, fits, previous)),
    services: keepMap(previous?.services, services(set, previous)),
  };
  const same = (Object.keys(next) as (keyof Configuration)[]).every((part) => previous?.[part] === next[part]);
  return same && previous !== undefined ? previous : next;
}

function instances<Settings extends BalancerSettings | DiscoverySettings>(
  drafts: ReadonlyMap<string, { readonly content: Settings | undefined }>,
  previous: ReadonlyMap<string, Settings> | undefined,
): ReadonlyMap<string, Settings> {
  const entries = [...drafts].flatMap(([name, { content }]): [string, Settings][] => {
    if (content === undefined) return [];
    const before = previous?.get(name);
    return [[name, keep(before, { ...content, config: keep(before?.config, content.config) })]];
  });
  return sorted(entries);
}

function services(set: FileSet, previous: Configuration | undefined): ReadonlyMap<string, ServiceSettings> {
  return sorted(
    set.services.flatMap(({ name, content }): [string, ServiceSettings][] => {
      const settings = content?.settings;
      return settings === undefined ? [] : [[name, keep(previous?.services.get(name), settings)]];
    }),
  );
}

function clusters(
  set: FileSet,
  fits: BlockFits,
  previous: Configuration | undefined,
): ReadonlyMap<string, ClusterSettings> {
  return sorted(
    set.clusters.map((draft) => {
      const before = previous?.clusters.get(draft.name);
      return [draft.name, keep(before, clusterSettings(draft, set, fits, before))];
    }),
  );
}

function clusterSettings(
  draft: DraftOf<"cluster">,
  set: FileSet,
  fits: BlockFits,
  before: ClusterSettings | undefined,
): ClusterSettings {
  const { discovery = "", metaCluster = null, guard } = draft.content ?? {};
  if (guard === undefined) throw new Error(`${draft.file} was admitted without having been understood`);
  const blocks: [string, unknown][] = [];
  for (const balancer of set.balancers.values()) {
    if (balancer.content === undefined) continue;
    const fit = fits.fit(draft, balancer.name, balancer.content.plugin.plugin);
    if (fit === undefined || !("view" in fit)) continue;
    blocks.push([balancer.name, keep(before?.blocks.get(balancer.name), fit.view.config)]);
  }
  const block = discoveryBlock(draft, set.discoveries.get(discovery), fits);
  return {
    name: draft.name,
    file: draft.file,
    discovery,
    discoveryBlock: keep(before?.discoveryBlock, block),
    metaCluster,
    guard: keep(before?.guard, guard),
    blocks: sorted(blocks),
  };
}

function discoveryBlock(
  draft: DraftOf<"cluster">,
  discovery: DraftOf<"discovery"> | undefined,
  fits: BlockFits,
): unknown {
  if (discovery?.content === undefined || discovery.placeholder === true) return null;
  const fit = fits.fit(draft, discovery.name, discovery.content.plugin.plugin);
  return fit !== undefined && "view" in fit ? fit.view.config : null;
}

function sorted<Value>(entries: readonly (readonly [string, Value])[]): ReadonlyMap<string, Value> {
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function keep<Value>(before: Value | undefined, now: Value): Value {
  return before !== undefined && isDeepStrictEqual(before, now) ? before : now;
}

function keepMap<Value>(
  before: ReadonlyMap<string, Value> | undefined,
  now: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  if (before === undefined || before.size !== now.size) return now;
  return [...now].every(([name, value]) => before.get(name) === value) ? before : now;
}
