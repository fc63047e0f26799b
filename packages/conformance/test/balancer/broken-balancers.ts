import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { SyncResult } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { leakTimer } from "../leaked-timers.js";
import type { BrokenBalancer } from "./broken-balancer.js";
import {
  ClearsOnStop,
  DescribesByWriting,
  KeepsFirstFailure,
  KeepsLock,
  OpensWhenApplied,
  PlansAlways,
  PlansByDoing,
  PlansNothing,
  PlansUnderLock,
  StopsOnce,
  StopsOnlyAfterSync,
  TakesNoLock,
  WritesWhenApplied,
  WritesWhenMade,
} from "./broken-classes.js";
import { brokenStatics } from "./broken-statics.js";
import {
  keepingRemoved,
  leaveCandidate,
  oncePerInstance,
  rawMetadata,
  rewrite,
  syncing,
  writeInHalves,
  writing,
  writingInOrder,
} from "./broken-syncs.js";
import { membersPath } from "./members-path.js";

let times = 0;

/** Every fault that the suite has to find. */
export const brokenBalancers: readonly BrokenBalancer[] = [
  ...brokenStatics,
  {
    fault: "writes when it is made",
    plugin: WritesWhenMade,
    breaks: "opens and touches nothing when it is made and given its configuration",
  },
  {
    fault: "writes when it is given its configuration",
    plugin: WritesWhenApplied,
    breaks: "opens and touches nothing when it is made and given its configuration",
  },
  {
    fault: "starts a timer when it is given its configuration",
    plugin: OpensWhenApplied,
    breaks: "opens and touches nothing when it is made and given its configuration",
  },
  {
    fault: "never recovers from a failure",
    plugin: KeepsFirstFailure,
    breaks: "depends on the configuration applied last alone, whatever came of the ones before",
  },
  {
    fault: "does not say what it changed",
    plugin: syncing(async (_b, clusters, _o, right) => ({ ...(await right(clusters)), changes: [] })),
    breaks: "brings a new target in line, and says what it changed",
  },
  {
    fault: "returns nothing",
    plugin: syncing(async (_b, clusters, _o, right) => void (await right(clusters)) as unknown as SyncResult),
    breaks: "brings a new target in line, and says what it changed",
  },
  {
    fault: "gives no reason for a reload",
    plugin: syncing(async (_b, clusters, _o, right) => ({
      ...(await right(clusters)),
      changes: [{ kind: "reload", target: "x", action: "" }],
    })),
    breaks: "brings a new target in line, and says what it changed",
  },
  {
    fault: "never confirms",
    plugin: syncing(async (_b, clusters, _o, right) => ({ ...(await right(clusters)), converged: false })),
    breaks: "brings a new target in line, and says what it changed",
  },
  {
    fault: "writes every time",
    plugin: syncing(async (balancer, clusters, _o, right) => {
      const result = await right(clusters);
      await rewrite(membersPath(balancer));
      return result;
    }),
    breaks: "changes nothing the second time",
  },
  {
    fault: "says every time that it changed something",
    plugin: syncing(async (_b, clusters, _o, right) => ({
      ...(await right(clusters)),
      changes: [{ kind: "runtime", target: "x", action: "set" }],
    })),
    breaks: "changes nothing the second time",
  },
  { fault: "writes once per instance", plugin: oncePerInstance(), breaks: "changes nothing after a restart" },
  {
    fault: "writes in the order it is given",
    plugin: writingInOrder(),
    breaks: "does not care in which order nodes and clusters come",
  },
  {
    fault: "sorts the nodes it is given",
    plugin: syncing(async (_b, clusters, _o, right) => {
      for (const { nodes } of clusters) (nodes as unknown[] | null)?.sort();
      return right(clusters);
    }),
    breaks: "does not change what it is given",
  },
  {
    fault: "marks the clusters it is given",
    plugin: syncing(async (_b, clusters, _o, right) => {
      for (const cluster of clusters) Object.assign(cluster, { seen: true });
      return right(clusters);
    }),
    breaks: "does not change what it is given",
  },
  {
    fault: "counts its writes in the file",
    plugin: writing((path, text) => writeFile(path, `${text}# ${times++}\n`)),
    breaks: "writes the same for the same members, whatever was there in between",
  },
  {
    fault: "keeps removed clusters",
    plugin: keepingRemoved(),
    breaks: "takes away a cluster that its operator removed",
  },
  {
    fault: "cannot do without clusters",
    plugin: syncing(async (_b, clusters, _o, right) => {
      if (clusters.length === 0) throw new Error("no clusters");
      return right(clusters);
    }),
    breaks: "takes a list without any cluster",
  },
  {
    fault: "throws where members are not known",
    plugin: syncing(async (_b, clusters, _o, right) => {
      for (const { nodes } of clusters) (nodes as unknown[]).length;
      return right(clusters);
    }),
    breaks: "takes a cluster whose members were never known",
  },
  {
    fault: "takes unknown for none",
    plugin: syncing((_b, clusters, _o, right) =>
      right(clusters.map((cluster) => ({ ...cluster, nodes: cluster.nodes ?? [] }))),
    ),
    breaks: "leaves what the target has where the members are not known",
  },
  {
    fault: "forgets clusters that are not known",
    plugin: syncing((_b, clusters, _o, right) => right(clusters.filter(({ nodes }) => nodes !== null))),
    breaks: "leaves what the target has where the members are not known",
  },
  {
    fault: "waits until all members are known",
    plugin: syncing(async (_b, clusters, _o, right) =>
      clusters.some(({ nodes }) => nodes === null) ? { converged: true, changes: [] } : right(clusters),
    ),
    breaks: "goes on with the other clusters while the members of one are not known",
  },
  {
    fault: "takes none for unknown",
    plugin: syncing((_b, clusters, _o, right) =>
      right(clusters.map((cluster) => ({ ...cluster, nodes: cluster.nodes?.length === 0 ? null : cluster.nodes }))),
    ),
    breaks: "takes a cluster without members for what it is: not the same as unknown",
  },
  {
    fault: "empties a cluster whose source is lost",
    plugin: syncing((_b, clusters, _o, right) =>
      right(clusters.map((cluster) => (cluster.live || cluster.nodes === null ? cluster : { ...cluster, nodes: [] }))),
    ),
    breaks: "changes nothing when a source stops answering",
  },
  {
    fault: "writes metadata as it is",
    plugin: writing((path, text, clusters) => writeFileAtomic(path, text + rawMetadata(clusters))),
    breaks: "lets no metadata become a line of its own anywhere",
  },
  {
    fault: "trusts metadata's types",
    plugin: syncing(async (_b, clusters, _o, right) => {
      for (const { nodes } of clusters)
        for (const { metadata } of nodes ?? []) (metadata["weight"] as number | undefined)?.toFixed(0);
      return right(clusters);
    }),
    breaks: "takes metadata of any shape",
  },
  {
    fault: "never settles once aborted",
    plugin: syncing((_b, clusters, { signal }, right) =>
      signal.aborted ? new Promise(() => undefined) : right(clusters),
    ),
    breaks: "settles when its signal has aborted before, and goes on from there",
  },
  {
    fault: "hangs when it is aborted half-way",
    plugin: syncing(async (_b, clusters, { signal }, right) => {
      await sleep(3);
      return signal.aborted ? new Promise(() => undefined) : right(clusters);
    }),
    breaks: "settles soon when its signal aborts, with its files whole",
  },
  {
    fault: "writes half a file when it is aborted",
    plugin: writing(writeInHalves),
    breaks: "settles soon when its signal aborts, with its files whole",
  },
  {
    fault: "leaves a candidate when it is aborted",
    plugin: writing(leaveCandidate),
    breaks: "settles soon when its signal aborts, with its files whole",
  },
  {
    fault: "does what it should only plan",
    plugin: PlansByDoing,
    breaks: "plans what a sync would change, and touches nothing",
  },
  { fault: "plans nothing ever", plugin: PlansNothing, breaks: "plans what a sync would change, and touches nothing" },
  { fault: "plans something always", plugin: PlansAlways, breaks: "plans nothing where a sync has nothing to do" },
  { fault: "takes the lock for a plan", plugin: PlansUnderLock, breaks: "plans beside an instance that is at work" },
  {
    fault: "writes when it should describe",
    plugin: DescribesByWriting,
    breaks: "describes the nodes of a cluster, and touches nothing",
  },
  {
    fault: "leaves a timer",
    plugin: syncing((_b, clusters, _o, right) => {
      leakTimer();
      return right(clusters);
    }),
    breaks: "stops, twice if need be, and leaves nothing running in this process",
  },
  {
    fault: "cannot be stopped twice",
    plugin: StopsOnce,
    breaks: "stops, twice if need be, and leaves nothing running in this process",
  },
  {
    fault: "clears its target when it is stopped",
    plugin: ClearsOnStop,
    breaks: "stops, twice if need be, and leaves nothing running in this process",
  },
  {
    fault: "cannot be stopped before a sync",
    plugin: StopsOnlyAfterSync,
    breaks: "stops before it has ever synced, or been given a configuration",
  },
  {
    fault: "takes no lock",
    plugin: TakesNoLock,
    breaks: "refuses a target that another instance keeps, naming it, and takes over when that one stops",
  },
  {
    fault: "keeps its lock when it is stopped",
    plugin: KeepsLock,
    breaks: "refuses a target that another instance keeps, naming it, and takes over when that one stops",
  },
];
