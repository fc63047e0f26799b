import type { PluginFinder } from "../plugins/plugin-finder.js";
import { type Admission, admitFiles } from "./admit-files.js";
import { BlockFits } from "./block-fits.js";
import { buildConfiguration } from "./build-configuration.js";
import { clusterNotices } from "./cluster-notices.js";
import type { Configuration, FileProblem } from "./configuration.js";
import { clusterProblems, crossFileProblems, type SetCheck, type SetProblem } from "./cross-file-problems.js";
import { compareSlots, type FileSlot } from "./directory-layout.js";
import type { Draft, SourceText } from "./draft.js";
import { type Drafts, FileSet } from "./file-set.js";
import type { Observation } from "./observation.js";
import { parseFile, readDraft, wantedPlugins } from "./read-draft.js";
import { describeRefusals } from "./refusals.js";
import { serviceProblems } from "./service-problems.js";
import { sortProblems } from "./sort-problems.js";
import { placeholderDiscovery } from "./unusable-discovery.js";
import { dependsOnPlugins, findPlugins, wasReadWith } from "./wanted-plugins.js";

/** What became of an observation. */
export interface Verdict {
  readonly configuration: Configuration;
  /** The versions in force, by slot. */
  readonly accepted: Drafts;
  readonly problems: readonly FileProblem[];
  readonly notices: readonly FileProblem[];
}

interface Decision {
  readonly wanted: Drafts;
  readonly admitted: Drafts;
  readonly refusals: readonly FileProblem[];
}

/** Judges what stands in a configuration directory and holds what is in force: of each file its last valid version,
 * and of the valid ones those that go together. Reads and writes nothing but plugins. */
export class ConfigurationReview {
  readonly #plugins: PluginFinder;
  readonly #fits: BlockFits = new BlockFits();
  #drafts = new Map<string, Draft>();
  #accepted: Drafts = new Map();
  #configuration: Configuration | undefined;
  #decision: Decision | undefined;

  constructor(plugins: PluginFinder) {
    this.#plugins = plugins;
  }

  /** Puts in force, before the first review, what was in force when the runner last ended. */
  async restore(texts: readonly SourceText[]): Promise<void> {
    const { wanted, check } = this.#wanted(await this.#read(texts), []);
    this.#accepted = this.#admit(wanted, check).admitted;
  }

  /** Takes what is good of an observation in force. Calls must not overlap. */
  async review(observation: Observation): Promise<Verdict> {
    const drafts = await this.#read(observation.texts);
    const { wanted, check } = this.#wanted(drafts, observation.unreadable);
    const { admitted, refusals } = this.#decide(wanted, check);
    const target = new FileSet(wanted);
    const problems = [
      ...observation.problems,
      ...drafts.flatMap((draft) => draft.problems),
      ...drafts.flatMap((draft) => invalidFileProblems(draft, target, check)),
      ...refusals,
    ];
    this.#accepted = admitted;
    this.#configuration = buildConfiguration(admitted, this.#fits, this.#configuration);
    const inForce = new FileSet(admitted);
    const notices = drafts.flatMap((draft) => [
      ...draft.notices,
      ...(draft.kind === "cluster" ? clusterNotices(draft, inForce, check.broken) : []),
    ]);
    return {
      configuration: this.#configuration,
      accepted: admitted,
      problems: sortProblems(problems),
      notices: sortProblems([...observation.notices, ...notices]),
    };
  }

  async #read(texts: readonly SourceText[]): Promise<readonly Draft[]> {
    const drafts = await Promise.all(texts.map((text) => this.#draft(text)));
    this.#drafts = new Map(drafts.map((draft) => [draft.slot, draft]));
    return drafts;
  }

  /** The same object as before where nothing it stands on has changed, so that what was made of it can stay too. */
  async #draft(text: SourceText): Promise<Draft> {
    const known = [this.#accepted.get(text.slot), this.#drafts.get(text.slot)].filter(
      (draft) => draft?.text === text.text && draft.file === text.file && draft.placeholder !== true,
    );
    const lasting = known.find((draft) => draft !== undefined && !dependsOnPlugins(draft));
    if (lasting !== undefined) return lasting;
    const parsed = parseFile(text);
    const plugins = await findPlugins(this.#plugins, wantedPlugins(parsed));
    const same = known.find((draft) => draft !== undefined && wasReadWith(draft, plugins));
    return same ?? readDraft(parsed, plugins);
  }

  /** The set to be reached: the valid drafts, and of the other files what was valid last. */
  #wanted(drafts: readonly Draft[], unreadable: readonly FileSlot[]): { wanted: Drafts; check: SetCheck } {
    const wanted = new Map<string, Draft>();
    const broken = new Map<string, string>();
    const invalid = drafts.filter((draft) => draft.problems.length > 0);
    for (const draft of drafts) if (draft.problems.length === 0) wanted.set(draft.slot, draft);
    for (const at of [...invalid, ...unreadable.map((slot) => ({ ...slot, name: slot.base }))]) {
      const before = this.#accepted.get(at.slot);
      if (before !== undefined) wanted.set(at.slot, before);
      else if (at.kind === "discovery") wanted.set(at.slot, placeholderDiscovery(slotOf(at), at.name));
      else if (at.kind === "balancer") broken.set(at.name, at.file);
    }
    return { wanted, check: { fits: this.#fits, broken, before: new FileSet(this.#accepted) } };
  }

  /** A set that was decided on already, and did not change since, is not tried again: the answer would be the same. */
  #decide(wanted: Drafts, check: SetCheck): Decision {
    const last = this.#decision;
    if (last !== undefined && isSameSet(last.wanted, wanted)) return last;
    const { admitted, refused } = this.#admit(wanted, check);
    const whole = refused.size === 0 ? [] : crossFileProblems(wanted, check);
    const refusals = describeRefusals(refused, whole, this.#accepted, wanted);
    this.#decision = { wanted, admitted, refusals };
    return this.#decision;
  }

  #admit(wanted: Drafts, check: SetCheck): Admission<Draft, SetProblem> {
    return admitFiles(this.#accepted, wanted, {
      judge: (set) => crossFileProblems(set, check, true),
      compare: (a, b) => {
        if ((a.file === undefined) !== (b.file === undefined)) return a.file === undefined ? 1 : -1;
        const [first, second] = [a, b].map(({ slot, file }) => file ?? this.#accepted.get(slot));
        return first === undefined || second === undefined ? 0 : compareSlots(first, second);
      },
    });
  }
}

function isSameSet(a: Drafts, b: Drafts): boolean {
  return a.size === b.size && [...a].every(([slot, draft]) => b.get(slot) === draft);
}

/** The mistakes of a cluster's or service's file that only show beside the others, told together with its own. */
function invalidFileProblems(draft: Draft, target: FileSet, check: SetCheck): readonly FileProblem[] {
  if (draft.problems.length === 0) return [];
  const problems =
    draft.kind === "cluster"
      ? clusterProblems(draft, target, check)
      : draft.kind === "service"
        ? serviceProblems(draft, target, check)
        : [];
  return problems.map(({ slot: _slot, involves: _involves, ...problem }) => problem);
}

function slotOf({ slot, kind, base, file }: FileSlot): FileSlot {
  return { slot, kind, base, file };
}
