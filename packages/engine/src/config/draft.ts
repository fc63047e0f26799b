import { describeProblem, type Problem } from "@lighthouse-sd/core";
import type {
  BalancerSettings,
  DiscoverySettings,
  FileProblem,
  GuardSettings,
  LoggingSettings,
  RunnerSettings,
  ServiceSettings,
} from "./configuration.js";
import type { FileKind, FileSlot } from "./directory-layout.js";
import type { YamlSource } from "./yaml-source.js";
import type { AmbiguousWord } from "./yaml-words.js";

/** The text of a configuration file. */
export interface SourceText extends FileSlot {
  readonly text: string;
}

/** What a cluster's file says by itself; its blocks mean something only beside the instances of this host. */
export interface ClusterContent {
  readonly value: Readonly<Record<string, unknown>>;
  /** Undefined in a draft with problems alone. */
  readonly discovery: string | undefined;
  readonly metaCluster: string | null;
  readonly guard: GuardSettings;
  readonly words: readonly AmbiguousWord[];
}

/** What a service's file says. */
export interface ServiceContent {
  /** Undefined in a draft with problems alone. */
  readonly settings: ServiceSettings | undefined;
  readonly discovery: string | undefined;
}

interface Contents {
  readonly runner: RunnerSettings;
  readonly logging: LoggingSettings;
  readonly balancer: BalancerSettings;
  readonly discovery: DiscoverySettings;
  readonly cluster: ClusterContent;
  readonly service: ServiceContent;
}

/** One version of one file, checked as far as that goes without the other files. */
export interface DraftOf<Kind extends FileKind> extends SourceText {
  readonly kind: Kind;
  /** The name of what the file describes. */
  readonly name: string;
  /** Undefined where the text does not parse. */
  readonly source: YamlSource | undefined;
  /** Undefined where the file cannot be used; a cluster's or service's draft may have some beside problems. */
  readonly content: Contents[Kind] | undefined;
  /** Empty: it may be used. */
  readonly problems: readonly FileProblem[];
  readonly notices: readonly FileProblem[];
  /** True: stands for a discovery file that has no valid version; its members stay as they are. */
  readonly placeholder?: boolean;
}

/** A draft of any kind, told apart by `kind`. */
export type Draft = { [Kind in FileKind]: DraftOf<Kind> }[FileKind];

/** A problem of a file's value, as its reader is told of it. */
export function placeProblem(draft: Pick<Draft, "file" | "source">, problem: Problem): FileProblem {
  const place = draft.source?.locate(problem.path, problem.atKey);
  return { file: draft.file, ...place, message: describeProblem(problem) };
}
