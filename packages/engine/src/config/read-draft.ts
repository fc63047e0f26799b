import type { JsonSchema, Problem } from "@lighthouse-sd/core";
import type { LoadedPlugin, UnusablePlugin } from "../plugins/loaded-plugin.js";
import { isUnusable } from "../plugins/plugin-finder.js";
import { CLUSTER_KEYS, type ClusterHead, readClusterHead } from "./cluster-file.js";
import { isName, NAME_RULE } from "./directory-layout.js";
import { type Draft, type DraftOf, placeProblem, type SourceText } from "./draft.js";
import { checkInstance, configProblems } from "./instance-file.js";
import { LOGGING_SCHEMA, readLoggingFile } from "./logging-file.js";
import { type ParsedYaml, parseYaml } from "./parse-yaml.js";
import { readService, wantedChecks } from "./read-service.js";
import { RUNNER_SCHEMA, readRunnerFile } from "./runner-file.js";
import { takesWord } from "./schema-words.js";
import { type FoundPlugins, OWN_PLUGIN, type WantedPlugin } from "./wanted-plugins.js";

/** Keys of a cluster's file that no balancer or discovery may be called. */
const RESERVED: readonly string[] = [...CLUSTER_KEYS, "type"];

/** A file's text, parsed. */
export type ParsedFile = SourceText & ({ readonly yaml: ParsedYaml } | { readonly broken: Draft });

/** Parses a file's text; one that does not parse is a draft with problems already. */
export function parseFile(text: SourceText): ParsedFile {
  const yaml = parseYaml(text.text);
  if (!("problems" in yaml)) return { ...text, yaml };
  const problems = yaml.problems.map((problem) => ({ file: text.file, ...problem }));
  const broken = { ...text, name: text.base, source: undefined, content: undefined, problems, notices: [] };
  return { ...text, broken: broken as Draft };
}

/** The plugins that a parsed file asks for: that of an instance by its `type`, else its base name; those of a service's
 * checks likewise. */
export function wantedPlugins(file: ParsedFile): readonly WantedPlugin[] {
  if (!("yaml" in file)) return [];
  const { value } = file.yaml;
  if (file.kind === "service") return wantedChecks(value);
  if (file.kind !== "balancer" && file.kind !== "discovery") return [];
  const type = value["type"] ?? file.base;
  return typeof type === "string" ? [{ key: OWN_PLUGIN, kind: file.kind, type }] : [];
}

/** Checks a file as far as that goes without the others. `plugins` is what was found for `wantedPlugins`. */
export function readDraft(file: ParsedFile, plugins: FoundPlugins): Draft {
  if ("broken" in file) return file.broken;
  const reading = new DraftReading(file, file.yaml);
  switch (file.kind) {
    case "runner":
      return reading.finish<"runner">(
        reading.attempt(() => readRunnerFile(file.yaml.value)),
        RUNNER_SCHEMA,
      );
    case "logging":
      return reading.logging();
    case "cluster":
      return reading.cluster();
    case "service":
      return reading.service(plugins);
    default:
      return reading.instance(file.kind, plugins.get(OWN_PLUGIN));
  }
}

class DraftReading {
  readonly #file: SourceText;
  readonly #yaml: ParsedYaml;
  readonly #problems: Problem[] = [];
  readonly #notices: Problem[] = [];
  #name: string;

  constructor(file: SourceText, yaml: ParsedYaml) {
    this.#file = file;
    this.#yaml = yaml;
    this.#name = file.base;
  }

  logging(): Draft {
    const read = this.attempt(() => readLoggingFile(this.#yaml.value));
    if (read?.notice === undefined) return this.finish<"logging">(read?.settings, LOGGING_SCHEMA);
    this.#notices.push({ path: [], message: read.notice });
    return this.finish<"logging">(read.settings, undefined, false);
  }

  cluster(): Draft {
    const { value, words } = this.#yaml;
    this.readName([]);
    const head = this.attempt<ClusterHead>(() => readClusterHead(value));
    const { discovery, meta_cluster: metaCluster, guard } = head ?? headAsFarAsItGoes(value);
    return this.finish<"cluster">({ value, discovery, metaCluster, guard, words }, undefined, false);
  }

  service(plugins: FoundPlugins): Draft {
    this.readName([]);
    const { settings, problems, notices, schema } = readService(this.#file.file, this.#yaml.value, plugins);
    this.#problems.push(...problems);
    this.#notices.push(...notices);
    const { discovery } = this.#yaml.value;
    const content = {
      settings: settings === undefined ? undefined : { ...settings, name: this.#name },
      discovery: typeof discovery === "string" ? discovery : undefined,
    };
    return this.finish<"service">(content, schema);
  }

  instance(kind: "balancer" | "discovery", plugin: LoadedPlugin | UnusablePlugin | undefined): Draft {
    const { value } = this.#yaml;
    const config = this.#instanceConfig(kind, plugin);
    this.readName(RESERVED);
    const { file } = this.#file;
    if (plugin === undefined || isUnusable(plugin) || config === undefined) {
      return this.finish<typeof kind>(undefined, undefined, value["type"] !== undefined || plugin !== undefined);
    }
    const settings = { name: this.#name, file, config: config.value };
    if (kind === "balancer") {
      const found = plugin as LoadedPlugin<"balancer">;
      return this.finish<"balancer">({ ...settings, plugin: found }, found.plugin.configSchema);
    }
    const found = plugin as LoadedPlugin<"discovery">;
    return this.finish<"discovery">({ ...settings, plugin: found }, found.plugin.configSchema);
  }

  #instanceConfig(
    kind: "balancer" | "discovery",
    plugin: LoadedPlugin | UnusablePlugin | undefined,
  ): { readonly value: unknown } | undefined {
    const { value } = this.#yaml;
    const path = value["type"] === undefined ? [] : ["type"];
    if (plugin === undefined) {
      const message = `must be the name of a ${kind} plugin or of its package, got ${JSON.stringify(value["type"])}`;
      this.#problems.push({ path, message });
      return undefined;
    }
    if (isUnusable(plugin)) {
      this.#problems.push({ path, message: plugin.reason });
      return undefined;
    }
    const checked = checkInstance(plugin as LoadedPlugin<typeof kind>, value);
    if ("config" in checked) return { value: checked.config };
    this.#problems.push(...checked.problems);
    return undefined;
  }

  /** The name: the file's, unless it gives another one. */
  readName(reserved: readonly string[]): void {
    const given = this.#yaml.value["name"];
    const path = given === undefined ? [] : ["name"];
    if (given !== undefined && (typeof given !== "string" || !isName(given))) {
      if (this.#file.kind === "cluster" || this.#file.kind === "service") return; // its schema says so
      this.#problems.push({ path, message: `must be ${NAME_RULE}, got ${JSON.stringify(given)}` });
      return;
    }
    if (typeof given === "string") this.#name = given;
    if (!reserved.includes(this.#name)) return;
    const list = reserved.join(", ");
    const message = `the name "${this.#name}" has a meaning of its own in the files of clusters (as have ${list}); give another one`;
    this.#problems.push({ path, message });
  }

  /** What `read` gives; undefined, and the problems noted, where it throws ConfigError. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      const problems = configProblems(error);
      if (problems === undefined) throw error;
      this.#problems.push(...problems);
      return undefined;
    }
  }

  finish<Kind extends Draft["kind"]>(
    content: DraftOf<Kind>["content"],
    schema: JsonSchema | undefined,
    withWords = true,
  ): Draft {
    const { source, words } = this.#yaml;
    const place = (problem: Problem): ReturnType<typeof placeProblem> =>
      placeProblem({ file: this.#file.file, source }, problem);
    const meant = withWords ? words.filter(({ path, word }) => !schema || !takesWord(schema, path, word)) : [];
    const ambiguous = meant.map(({ node, message }) => ({ file: this.#file.file, ...source.place(node), message }));
    const draft = {
      ...this.#file,
      name: this.#name,
      source,
      content,
      problems: this.#problems.map(place),
      notices: [...this.#notices.map(place), ...ambiguous],
    };
    return draft as Draft;
  }
}

/** What a cluster's file with mistakes still says, so that its other mistakes can be told at once. */
function headAsFarAsItGoes(value: Readonly<Record<string, unknown>>): {
  readonly discovery: string | undefined;
  readonly meta_cluster: string | null;
  readonly guard: ClusterHead["guard"];
} {
  const { discovery, meta_cluster: metaCluster } = value;
  return {
    discovery: typeof discovery === "string" ? discovery : undefined,
    meta_cluster: typeof metaCluster === "string" ? metaCluster : null,
    guard: readClusterHead({ discovery: "unknown" }).guard,
  };
}
