import type { Problem } from "@lighthouse-sd/core";
import { nearestWord } from "@lighthouse-sd/core";
import { errorText } from "../error-text.js";
import type { BlockFits, ClusterView } from "./block-fits.js";
import { callSynchronous } from "./call-synchronous.js";
import { CLUSTER_KEYS } from "./cluster-file.js";
import type { FileProblem } from "./configuration.js";
import { type Draft, type DraftOf, placeProblem } from "./draft.js";
import { type Drafts, FileSet } from "./file-set.js";
import { configProblems, readProblems } from "./instance-file.js";
import { serviceProblems } from "./service-problems.js";
import { unknownDiscovery } from "./unknown-discovery.js";

/** A problem that a file has only beside the others. */
export interface SetProblem extends FileProblem {
  /** The file it is told of. */
  readonly slot: string;
  /** Other files that may be what is at fault; empty: not known. */
  readonly involves: readonly string[];
}

/** What the files of a set are checked with. */
export interface SetCheck {
  readonly fits: BlockFits;
  /** Names of instances whose file is there but has no valid version, and that file. */
  readonly broken: ReadonlyMap<string, string>;
  /** The set that is in force, to tell what a file that is gone or changed was. */
  readonly before: FileSet;
}

/** All that is wrong between the files of a set, each of which is valid by itself. `quick` stops at the first kind of
 * problems, for callers that ask only whether there are any. */
export function crossFileProblems(drafts: Drafts, check: SetCheck, quick = false): readonly SetProblem[] {
  const set = new FileSet(drafts);
  const problems = [
    ...nameProblems(drafts),
    ...set.clusters.flatMap((cluster) => clusterProblems(cluster, set, check)),
    ...set.services.flatMap((service) => serviceProblems(service, set, check)),
  ];
  if (quick && problems.length > 0) return problems;
  for (const balancer of set.balancers.values()) problems.push(...balancerProblems(balancer, set, check));
  return problems;
}

/** What is wrong with one cluster's file beside the others, its own mistakes apart. */
export function clusterProblems(cluster: DraftOf<"cluster">, set: FileSet, check: SetCheck): readonly SetProblem[] {
  const content = cluster.content;
  if (content === undefined) return [];
  const found: { readonly problem: Problem; readonly involves: readonly string[] }[] = [];
  const discovery = content.discovery === undefined ? undefined : set.discoveries.get(content.discovery);
  if (content.discovery !== undefined && discovery === undefined)
    found.push(unknownDiscovery(content.discovery, set, check));
  for (const instance of [...set.balancers.values(), discovery]) {
    if (instance?.content === undefined || instance.placeholder === true) continue;
    const fit = check.fits.fit(cluster, instance.name, instance.content.plugin.plugin);
    if (fit === undefined || !("problems" in fit)) continue;
    // A block under a name that a balancer shares with the discovery is the balancer's where the discovery takes none.
    if (instance === discovery && fit.takesNone && set.balancers.has(instance.name)) continue;
    for (const problem of fit.problems) found.push({ problem, involves: [instance.slot] });
  }
  for (const problem of strayKeys(content.value, set, check)) found.push({ problem, involves: [] });
  return found.map(({ problem, involves }) => ({ ...placeProblem(cluster, problem), slot: cluster.slot, involves }));
}

/** Keys that are neither known nor can be blocks for balancers of other hosts. */
function strayKeys(value: Readonly<Record<string, unknown>>, set: FileSet, check: SetCheck): readonly Problem[] {
  const instances = [...set.balancers.keys(), ...set.discoveries.keys(), ...check.broken.keys()];
  return Object.keys(value)
    .filter((key) => !CLUSTER_KEYS.includes(key) && !instances.includes(key))
    .filter((key) => value[key] !== null && (typeof value[key] !== "object" || Array.isArray(value[key])))
    .map((key) => {
      const nearest = nearestWord(key, [...CLUSTER_KEYS, ...instances]);
      const hint =
        nearest === undefined
          ? "it is no block for a balancer either, since it is no mapping"
          : `did you mean "${nearest}"?`;
      return { path: [key], message: `unknown key "${key}"; ${hint}`, atKey: true };
    });
}

/** Two files that describe one thing. */
function nameProblems(drafts: Drafts): readonly SetProblem[] {
  const named = new Map<string, Draft[]>();
  for (const draft of drafts.values()) {
    const key = `${draft.kind} ${draft.name}`;
    named.set(key, [...(named.get(key) ?? []), draft]);
  }
  return [...named.values()]
    .filter((same) => same.length > 1)
    .flatMap((same) =>
      same.map((draft) =>
        sameName(
          draft,
          same.filter((other) => other !== draft),
        ),
      ),
    );
}

function sameName(draft: Draft, others: readonly Draft[]): SetProblem {
  const files = others.map((other) => other.file).join(" and ");
  const message = `the name "${draft.name}" is also that of ${files}; give one of them another name`;
  const path = draft.name === draft.base ? [] : ["name"];
  const placed = placeProblem(draft, { path, message: "" });
  return { ...placed, message, slot: draft.slot, involves: others.map((other) => other.slot) };
}

/** What a balancer says of all its clusters together. */
function balancerProblems(balancer: DraftOf<"balancer">, set: FileSet, check: SetCheck): readonly SetProblem[] {
  const plugin = balancer.content?.plugin.plugin;
  if (plugin?.validateClusters === undefined) return [];
  const members = set.clusters.flatMap((cluster) => {
    const fit = check.fits.fit(cluster, balancer.name, plugin);
    return fit !== undefined && "view" in fit ? [{ cluster, view: fit.view }] : [];
  });
  const views: readonly ClusterView[] = members.map(({ view }) => view);
  const problems = validateClusters(balancer, views);
  const involves = [balancer.slot, ...members.map(({ cluster }) => cluster.slot)];
  return problems.map((problem) => {
    const member = members.find(({ cluster }) => cluster.name === problem.path[0])?.cluster;
    if (member === undefined) return { ...placeProblem(balancer, problem), slot: balancer.slot, involves };
    const path = pathInCluster(problem.path.slice(1), balancer.name, member);
    return { ...placeProblem(member, { ...problem, path }), slot: member.slot, involves };
  });
}

function validateClusters(balancer: DraftOf<"balancer">, views: readonly ClusterView[]): readonly Problem[] {
  const { config, plugin } = balancer.content ?? {};
  const whole = (message: string): readonly Problem[] => [
    { path: [], message: `the balancer plugin ${plugin?.packageName} ${plugin?.version}: ${message}` },
  ];
  try {
    const given = callSynchronous("its validateClusters", () => plugin?.plugin.validateClusters?.(config, views));
    return readProblems(given) ?? whole("its validateClusters must return a list of problems");
  } catch (error) {
    return configProblems(error) ?? whole(`its validateClusters failed: ${errorText(error)}`);
  }
}

/** Where in a cluster's file a balancer's problem is: in its block, or at `meta_cluster`, which it is given too. */
function pathInCluster(
  path: readonly (string | number)[],
  balancer: string,
  cluster: DraftOf<"cluster">,
): readonly (string | number)[] {
  const [first] = path;
  const isMeta = first === "meta_cluster" || first === "metaCluster";
  const block = cluster.content?.value[balancer] as Readonly<Record<string, unknown>> | null | undefined;
  return isMeta && !Object.hasOwn(block ?? {}, first) ? ["meta_cluster"] : [balancer, ...path];
}
