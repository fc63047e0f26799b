import { type AcceptedInputs, acceptedCluster } from "./check/accepted-inputs.js";
import type { Admitted } from "./check/admit-parts.js";
import type { RunningHAProxy } from "./runtime/observe.js";

/** Why HAProxy has to load its file again; fixed words for metrics. */
export type ReloadCode = "foreign" | "doubled" | "structure" | "members" | "peers";

/** What a sync has to do. */
export type SyncPlan =
  | { readonly action: "nothing" }
  /** The file is not what it should be, the process is. */
  | { readonly action: "write" }
  /** Nothing runs. */
  | { readonly action: "start" }
  | { readonly action: "reload"; readonly code: ReloadCode; readonly reason: string };

/** What is known when a sync is planned. */
export interface PlanInput {
  readonly admitted: Admitted;
  /** What HAProxy took last, as far as it is known. */
  readonly accepted: AcceptedInputs | null;
  readonly fileText: string | null;
  readonly running: RunningHAProxy | null;
  /** Why members that changed need a reload; undefined: they do not. */
  readonly membersReload: string | undefined;
  /** Processes that serve beside the one that answers: a second start, or a reload that was cut short. */
  readonly rivals: readonly number[];
  /** A change of the `peers` section alone has waited long enough. */
  readonly peersDue: boolean;
}

/** Decides what has to be done. */
export function planSync({
  admitted,
  accepted,
  fileText,
  running,
  membersReload,
  rivals,
  peersDue,
}: PlanInput): SyncPlan {
  const { rendered } = admitted;
  if (running === null) return { action: "start" };
  if (running.structure === undefined) {
    const reason = `HAProxy (pid ${running.pid}) runs a configuration that Lighthouse did not write`;
    return { action: "reload", code: "foreign", reason };
  }
  if (rivals.length > 0) {
    const reason = `HAProxy (pid ${running.pid}) shares its listeners with pid ${rivals.join(", ")}; one is to serve`;
    return { action: "reload", code: "doubled", reason };
  }
  if (running.structure !== rendered.structure) {
    return { action: "reload", code: "structure", reason: structureReason(admitted, accepted) };
  }
  if (membersReload !== undefined) return { action: "reload", code: "members", reason: membersReload };
  if (peersDue && running.peers !== rendered.peers) {
    return { action: "reload", code: "peers", reason: "the peers section changed" };
  }
  return rendered.text === fileText ? { action: "nothing" } : { action: "write" };
}

function structureReason(admitted: Admitted, accepted: AcceptedInputs | null): string {
  const fallback = "the running HAProxy has loaded another configuration than the file's";
  if (accepted === null) return fallback;
  const reasons: string[] = [];
  if (JSON.stringify(accepted.config) !== JSON.stringify(admitted.config))
    reasons.push("the balancer's configuration changed");
  const before = new Set(Object.keys(accepted.clusters));
  const list = (names: readonly string[], verb: string): void => {
    if (names.length > 3) reasons.push(`${names.length} clusters ${verb}`);
    else if (names.length > 0) reasons.push(`${names.map((name) => `cluster ${name}`).join(", ")} ${verb}`);
  };
  const now = admitted.clusters;
  list(
    now.filter(({ name }) => !before.has(name)).map(({ name }) => name),
    "added",
  );
  list(
    now.filter((part) => hasChanged(part, accepted)).map(({ name }) => name),
    "changed",
  );
  const names = new Set(now.map(({ name }) => name));
  list(
    [...before].filter((name) => !names.has(name)),
    "removed",
  );
  return reasons.length > 0 ? reasons.join("; ") : fallback;
}

function hasChanged(part: Admitted["clusters"][number], accepted: AcceptedInputs): boolean {
  const before = acceptedCluster(accepted, part.name);
  if (before === undefined) return false;
  return JSON.stringify([before.metaCluster, before.block]) !== JSON.stringify([part.metaCluster, part.block]);
}
