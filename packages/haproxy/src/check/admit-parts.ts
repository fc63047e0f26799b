import { type Cluster, type ClusterProblem, formatPath } from "@lighthouse-sd/core";
import type { HAProxyBlock, HAProxyConfig } from "../config/haproxy-config.js";
import { type Conflict, findConflicts } from "../config/validate-clusters.js";
import type { ClusterPart } from "../render/render-cluster.js";
import type { RenderedFile } from "../render/render-file.js";
import type { Origin } from "../render/section.js";
import { type AcceptedInputs, acceptedCluster } from "./accepted-inputs.js";
import { blame, type Fault } from "./blame.js";
import type { Verdict } from "./configuration-checker.js";
import { omitLines } from "./omit-lines.js";
import { refusedDirective } from "./parse-messages.js";
import { withoutRepeats } from "./without-repeats.js";

/** A cluster's name, or null for the balancer's own configuration. */
type Part = string | null;

type Path = readonly (string | number)[];

/** What a part is admitted with: as its YAML says; as HAProxy last took it; not at all. */
type Level = "wanted" | "accepted" | "absent";

/** A set of parts that HAProxy takes. */
export interface Admitted {
  readonly config: HAProxyConfig;
  readonly clusters: readonly ClusterPart[];
  readonly rendered: RenderedFile;
}

/** How the admission of a configuration ended. `admitted: null`: nothing that keeps every cluster is acceptable; what
 * runs must stand. */
export interface Admission {
  readonly admitted: Admitted | null;
  /** Every part is admitted as its YAML says, but for directives that HAProxy does not know. */
  readonly complete: boolean;
  readonly problems: readonly ClusterProblem[];
}

/** What an admission goes by. */
export interface AdmissionOptions {
  readonly config: HAProxyConfig;
  readonly clusters: readonly ClusterPart[];
  readonly accepted: AcceptedInputs | null;
  /** A part whose last good version fails too may be left out: nothing is running that would lose it. */
  readonly mayLeaveOut: boolean;
  /** What earlier attempts to start on what was admitted ran into, attempt by attempt. */
  readonly failedStarts: readonly (readonly Fault[])[];
  readonly render: (config: HAProxyConfig, clusters: readonly ClusterPart[]) => RenderedFile;
  /** Addresses that HAProxy could not have for itself, which it would not tell. */
  readonly taken: (rendered: RenderedFile) => Promise<readonly Fault[]>;
  readonly check: (rendered: RenderedFile) => Promise<Verdict>;
}

/** Finds the largest set of parts that HAProxy takes: whoever is at fault falls back on its last good version, the others
 * go on. A part without one loses the directives HAProxy does not know (as Lighthouse 1.0.0 left them out), and is left
 * out itself where that is not enough. */
export async function admitParts(options: AdmissionOptions): Promise<Admission> {
  const admission = new PartAdmission(options);
  return await admission.run();
}

class PartAdmission {
  readonly #options: AdmissionOptions;
  readonly #levels = new Map<Part, Level>();
  readonly #omitted = new Map<Part, Path[]>();
  readonly #problems: ClusterProblem[] = [];

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  async run(): Promise<Admission> {
    if (!this.#options.failedStarts.every((faults) => this.#fallBack(faults))) return this.#blocked();
    for (;;) {
      const admitted = this.#compose((part) => this.#level(part));
      const conflicts = this.#conflicts(admitted);
      const certain = conflicts.length > 0 ? conflicts : await this.#options.taken(admitted.rendered);
      if (certain.length > 0) {
        if (!this.#fallBack(certain)) return this.#blocked();
        continue;
      }
      const verdict = await this.#options.check(admitted.rendered);
      if (verdict.ok) return { admitted, complete: this.#levels.size === 0, problems: this.#problems };
      const faults = blame(verdict.messages, admitted.rendered, verdict.file);
      const found = faults.length > 0 ? faults : await this.#bisect(verdict);
      if (found.length === 0 || !this.#fallBack(found)) return this.#blocked(verdict);
    }
  }

  #blocked(verdict?: Verdict & { ok: false }): Admission {
    if (this.#problems.length === 0 && verdict !== undefined) {
      const said = verdict.messages.map((message) => message.text).join("; ") || "no reason given";
      this.#problems.push({ cluster: null, path: [], message: `HAProxy refuses the configuration: ${said}` });
    }
    return { admitted: null, complete: false, problems: this.#problems };
  }

  #level(part: Part): Level {
    return this.#levels.get(part) ?? "wanted";
  }

  /** Lowers every part at fault by one step. False: one has no step left. */
  #fallBack(faults: readonly Fault[]): boolean {
    const parts = new Set(faults.map((fault) => fault.origin.cluster));
    return [...parts].every((part) =>
      this.#lower(part, withoutRepeats(faults.filter((fault) => fault.origin.cluster === part))),
    );
  }

  #lower(part: Part, faults: readonly Fault[]): boolean {
    const isWanted = this.#level(part) === "wanted";
    if (isWanted && this.#omitRefused(part, faults)) return true;
    const [next, outcome] = this.#step(part);
    const path = (fault: Fault): Path => (isWanted ? this.#pathInYaml(part, fault.origin.path) : []);
    this.#report(part, faults, path, outcome);
    if (next !== undefined) this.#levels.set(part, next);
    return next !== undefined;
  }

  /** The level below the one that `part` is at, undefined where there is none, and what a person is told of it. */
  #step(part: Part): readonly [Level | undefined, string] {
    const level = this.#level(part);
    if (level === "wanted" && this.#hasFallback(part)) return ["accepted", "kept on its last good version"];
    if (part === null || level === "absent") return [undefined, "not applied"];
    const wasGood = acceptedCluster(this.#options.accepted, part) !== undefined;
    if (wasGood && !this.#options.mayLeaveOut)
      return [undefined, "its last good version is refused too; what runs stands"];
    return ["absent", "left out"];
  }

  /** Leaves out the directives of `part` that HAProxy does not know, if that is all that is wrong with it, and it has no
   * other last good version than the one without them. */
  #omitRefused(part: Part, faults: readonly Fault[]): boolean {
    const inList = (fault: Fault): boolean => typeof fault.origin.path.at(-1) === "number";
    if (!faults.every((fault) => refusedDirective(fault.message) !== undefined && inList(fault))) return false;
    const omitted = this.#omitted.get(part) ?? [];
    const before = new Set(omitted.map((path) => JSON.stringify(path)));
    const added = faults.map((fault) => this.#pathInYaml(part, fault.origin.path));
    if (added.some((path) => before.has(JSON.stringify(path)))) return false;
    if (this.#hasFallback(part) && !this.#isAccepted(part, [...omitted, ...added])) return false;
    this.#omitted.set(part, [...omitted, ...added]);
    for (const [index, fault] of faults.entries()) {
      this.#problems.push({ cluster: part, path: added[index] ?? [], message: `left out: ${fault.message.text}` });
    }
    return true;
  }

  /** The place in the YAML of a line that is rendered after others of its list were left out. */
  #pathInYaml(part: Part, path: Path): Path {
    if (typeof path.at(-1) !== "number") return path;
    const list = JSON.stringify(path.slice(0, -1));
    const gone = (this.#omitted.get(part) ?? []).filter((other) => JSON.stringify(other.slice(0, -1)) === list);
    let index = Number(path.at(-1));
    for (const other of gone.map((entry) => Number(entry.at(-1))).sort((a, b) => a - b)) if (other <= index) index++;
    return [...path.slice(0, -1), index];
  }

  #report(part: Part, faults: readonly Fault[], path: (fault: Fault) => Path, outcome: string): void {
    for (const fault of faults) {
      this.#problems.push({ cluster: part, path: path(fault), message: `${fault.message.text} (${outcome})` });
    }
  }

  /** True where `part` has a last good version that is not what its YAML says now. */
  #hasFallback(part: Part): boolean {
    const { accepted } = this.#options;
    if (accepted === null || (part !== null && acceptedCluster(accepted, part) === undefined)) return false;
    return !this.#isAccepted(part, []);
  }

  /** True where what the YAML of `part` says, but for the list entries `omitted`, is its last good version. */
  #isAccepted(part: Part, omitted: readonly Path[]): boolean {
    const { accepted, config, clusters } = this.#options;
    if (part === null) return JSON.stringify(accepted?.config) === JSON.stringify(omitLines(config, omitted));
    const good = acceptedCluster(accepted, part);
    const wanted = clusters.find((cluster) => cluster.name === part);
    if (good === undefined || wanted === undefined) return false;
    const block = omitLines(wanted.block, omitted);
    return JSON.stringify([good.metaCluster, good.block]) === JSON.stringify([wanted.metaCluster, block]);
  }

  #compose(levelOf: (part: Part) => Level): Admitted {
    const { accepted } = this.#options;
    const config =
      levelOf(null) === "accepted" && accepted !== null
        ? accepted.config
        : omitLines(this.#options.config, this.#omitted.get(null) ?? []);
    const clusters = this.#options.clusters.flatMap((part) => {
      const level = levelOf(part.name);
      if (level === "absent") return [];
      if (level === "wanted") return [{ ...part, block: omitLines(part.block, this.#omitted.get(part.name) ?? []) }];
      const good = acceptedCluster(accepted, part.name);
      return good === undefined ? [] : [{ ...part, ...good }];
    });
    return { config, clusters, rendered: this.#options.render(config, clusters) };
  }

  /** Last good versions beside new ones can meet on one address, which HAProxy itself would not tell. */
  #conflicts({ config, clusters }: Admitted): readonly Fault[] {
    const asClusters: Omit<Cluster<HAProxyBlock>, "nodes" | "live">[] = clusters.map(
      ({ name, metaCluster, block }) => ({
        name,
        metaCluster,
        config: block,
      }),
    );
    return findConflicts(config, asClusters).map((conflict) => ({
      origin: this.#yielding(conflict),
      message: { text: conflict.message },
    }));
  }

  /** Of two parts that meet, the one to fall back: the one whose YAML is new. */
  #yielding({ cluster, path, holder }: Conflict): Origin {
    const isNew = (part: Part): boolean => this.#level(part) === "wanted" && this.#isChanged(part);
    return holder !== undefined && !isNew(cluster) && isNew(holder.cluster) ? holder : { cluster, path };
  }

  /** HAProxy did not say where the error is: finds the one changed part with which the configuration stops being
   * acceptable, in log2 n checks. */
  async #bisect(verdict: Verdict & { ok: false }): Promise<readonly Fault[]> {
    const names: Part[] = [null, ...this.#options.clusters.map((cluster) => cluster.name)];
    const changed = names.filter((part) => this.#level(part) === "wanted" && this.#isChanged(part));
    const fallback = (part: Part): Level =>
      part === null || acceptedCluster(this.#options.accepted, part) !== undefined ? "accepted" : "absent";
    const passes = async (count: number): Promise<boolean> => {
      const held = new Set(changed.slice(count));
      const attempt = this.#compose((part) => (held.has(part) ? fallback(part) : this.#level(part)));
      return (await this.#options.check(attempt.rendered)).ok;
    };
    if (changed.length === 0 || !(await passes(0))) return [];
    let [good, bad] = [0, changed.length];
    while (bad - good > 1) {
      const middle = (good + bad) >> 1;
      if (await passes(middle)) good = middle;
      else bad = middle;
    }
    const message = {
      text: verdict.messages.map((entry) => entry.text).join("; ") || "HAProxy refuses it without a reason",
    };
    return [{ origin: { cluster: changed[bad - 1] ?? null, path: [] }, message }];
  }

  #isChanged(part: Part): boolean {
    return this.#hasFallback(part) || (part !== null && acceptedCluster(this.#options.accepted, part) === undefined);
  }
}

/** A problem as one line for the log. */
export function describeClusterProblem({ cluster, path, message }: ClusterProblem): string {
  return [cluster === null ? "configuration" : `cluster ${cluster}`, formatPath(path), message]
    .filter((part) => part !== "")
    .join(": ");
}
