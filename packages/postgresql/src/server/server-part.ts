import { stat } from "node:fs/promises";
import type { CallOptions, Change, Cluster, ClusterProblem, Context, NodeReport } from "@lighthouse-sd/core";
import { lockTarget, pause, type TargetLock } from "@lighthouse-sd/plugin-kit";
import type { PostgreSQLBlock, ServerSettings } from "../config/postgresql-config.js";
import { describeServer } from "../describe/describe-server.js";
import { memberKey } from "../members.js";
import { ownLinesDiff } from "../own-lines-diff.js";
import type { PartResult } from "../part-result.js";
import { type Session, withSession } from "../session.js";
import { parseFragment } from "../text/parse-fragment.js";
import { quoteIdentifier } from "../text/quote.js";
import { type FileChange, writeChecked } from "../write-checked.js";
import { checkHba, checkSettings } from "./config-check.js";
import { explainSilence } from "./explain-silence.js";
import { PeerProbes } from "./peer-probes.js";
import { type FragmentChange, NO_MEMORY, type ServerMemory, type ServerSurvey, surveyServer } from "./survey-server.js";

/** The longest that the local server is waited for, in milliseconds. */
const LOCAL_MS = 3000;
/** How long a reload may take to show, in milliseconds. */
const RELOAD_MS = 5000;
/** A standby that has not streamed for this long is told of, in milliseconds. */
const STREAMING_MS = 30_000;

/** Keeps the local server in line with the members. */
export class ServerPart {
  readonly #settings: ServerSettings;
  readonly #context: Context;
  readonly #now: () => number;
  #lock: TargetLock | undefined;
  #memory: ServerMemory = NO_MEMORY;
  /** What the files held after the last pass: what differs from it was changed by somebody else. */
  #left = new Map<string, string>();
  /** Files that the server has loaded as they stand. */
  readonly #loaded = new Set<string>();
  #notStreamingSince: number | undefined;

  /** Opens nothing. `now` gives milliseconds of a clock that never jumps. */
  constructor(settings: ServerSettings, context: Context, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#context = context;
    this.#now = now;
  }

  /** What `sync` would do now. */
  async plan(clusters: readonly Cluster<PostgreSQLBlock>[], options: CallOptions): Promise<readonly Change[]> {
    return await this.#surveyed(clusters, options, async (_session, survey) => {
      const files = changedFiles(survey).map((file) => ({
        ...fileChange(file, this.#left),
        diff: ownLinesDiff(file.path, file.before, file.after),
      }));
      const slots = slotChanges(survey);
      return files.length === 0 ? slots : [...files, ...slots, reloadChange(survey, changedFiles(survey))];
    });
  }

  /** One pass. */
  async sync(clusters: readonly Cluster<PostgreSQLBlock>[], options: CallOptions): Promise<PartResult> {
    const { name, directory } = this.#context;
    this.#lock ??= await lockTarget(this.#settings.config_file, { name, directory });
    return await this.#surveyed(clusters, options, async (session, survey) => {
      const changes: Change[] = [];
      const problems: ClusterProblem[] = [...survey.notices];
      const failed = await this.#carryOut(session, survey, changes, problems, options);
      this.#memory = survey.memory;
      problems.push(...this.#streamingProblems(survey));
      for (const change of changes) this.#context.log.info(`${change.target}: ${change.action}`);
      return { changes, problems, complete: !failed };
    });
  }

  /** What the server makes of each node of a cluster. */
  describe(cluster: Cluster<PostgreSQLBlock>, options: CallOptions): Promise<readonly NodeReport[]> {
    return describeServer(this.#settings, this.#context, cluster, options);
  }

  async stop(): Promise<void> {
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  /** Those that were asked last time are logged in to from the start, while the local server lets in. */
  async #surveyed<T>(
    clusters: readonly Cluster<PostgreSQLBlock>[],
    { signal }: CallOptions,
    use: (session: Session, survey: ServerSurvey) => Promise<T>,
  ): Promise<T> {
    const [settings, context, memory, now] = [this.#settings, this.#context, this.#memory, this.#now()];
    const probes = new PeerProbes(settings, signal);
    for (const peer of memory.peers) probes.begin(peer);
    try {
      return await withSession({ ...settings.connection, timeoutMs: LOCAL_MS, signal }, async (session) =>
        use(session, await surveyServer({ session, probes, settings, context, clusters, memory, now })),
      );
    } catch (error) {
      // Nobody is asked for nothing, pass after pass.
      this.#memory = { ...this.#memory, peers: [] };
      throw await explainSilence(error, settings, clusters, context);
    } finally {
      await probes.end();
    }
  }

  /** Access first, then slots, then what uses both; slots go last. True: something failed, and is among the problems. */
  async #carryOut(
    session: Session,
    survey: ServerSurvey,
    changes: Change[],
    problems: ClusterProblem[],
    { signal }: CallOptions,
  ): Promise<boolean> {
    let failed = false;
    const attempt = async (path: readonly string[], step: () => Promise<void>): Promise<void> => {
      signal.throwIfAborted();
      try {
        await step();
      } catch (error) {
        signal.throwIfAborted();
        failed = true;
        problems.push({ cluster: null, path: ["server", ...path], message: (error as Error).message });
      }
    };
    const { hba, fragment } = survey;
    const written: FileChange[] = await this.#unloaded(session, survey);
    if (hba !== undefined) await attempt(["hba_file"], () => this.#writeHba(session, hba, changes, written));
    await attempt([], () => this.#createSlots(session, survey, changes));
    if (fragment !== undefined) {
      await attempt(["config_file"], () => this.#writeFragment(session, fragment, survey, changes, written, problems));
    }
    for (const { path } of written) this.#loaded.delete(path);
    if (written.length > 0) await attempt([], () => this.#reload(session, survey, written, changes, signal));
    await attempt([], () => this.#dropSlots(session, survey, changes));
    return failed;
  }

  /** Files that were written, but not loaded: before this process began, or by a pass whose reload has failed. */
  async #unloaded(session: Session, { hba, fragment }: ServerSurvey): Promise<FileChange[]> {
    const found: FileChange[] = [];
    for (const file of [hba, fragment]) {
      if (file === undefined || file.before === null || this.#loaded.has(file.path)) continue;
      // A file's own time of change is that of its writing, before it was put into its place.
      const { ctimeMs } = await stat(file.path);
      const [row = {}] = await session.query("SELECT extract(epoch FROM pg_conf_load_time())::float8 * 1000 AS loaded");
      if (ctimeMs <= Number(row["loaded"])) this.#loaded.add(file.path);
      else if (file.before === file.after) found.push(file);
    }
    return found;
  }

  async #writeHba(session: Session, file: FileChange, changes: Change[], written: FileChange[]): Promise<void> {
    if (file.before === file.after) return void this.#left.set(file.path, file.after);
    const [before] = await checkHba(session);
    if (before !== undefined) {
      throw new Error(
        `${file.path} has an error already, so that the server reads none of it and would not start (${before}): correct that first`,
      );
    }
    const change = fileChange(file, this.#left);
    await writeChecked(file, async () => (await checkHba(session))[0]);
    this.#left.set(file.path, file.after);
    changes.push(change);
    written.push(file);
  }

  async #writeFragment(
    session: Session,
    file: FragmentChange,
    { local }: ServerSurvey,
    changes: Change[],
    written: FileChange[],
    problems: ClusterProblem[],
  ): Promise<void> {
    let { verdict } = file;
    if (file.before !== file.after) {
      const change = fileChange(file, this.#left);
      const names = Object.keys(parseFragment(file.after));
      await writeChecked(file, async () => {
        verdict = await checkSettings(session, file.path);
        const fresh = verdict.errors.find((error) => !file.verdict.errors.includes(error));
        if (fresh !== undefined) return fresh;
        if (names.every((name) => verdict.own.includes(name))) return undefined;
        return `it is not included: add include_dir, or include, with it to ${local.settings.config_file}`;
      });
      changes.push(change);
      written.push(file);
    }
    this.#left.set(file.path, file.after);
    for (const { name, by } of verdict.shadowed)
      problems.push({ cluster: null, path: ["server", "config_file"], message: shadowMessage(name, by) });
  }

  async #createSlots(session: Session, { plan }: ServerSurvey, changes: Change[]): Promise<void> {
    for (const name of plan?.slots.create ?? []) {
      await session.query("SELECT pg_create_physical_replication_slot($1)", [name]).catch(unless("42710"));
      changes.push(slotCreated(name));
    }
  }

  async #dropSlots(session: Session, { plan }: ServerSurvey, changes: Change[]): Promise<void> {
    for (const name of plan?.slots.drop ?? []) {
      await session.query("SELECT pg_drop_replication_slot($1)", [name]).catch(unless("42704"));
      changes.push(slotDropped(name));
    }
  }

  /** Asks the server to read its files again, and waits until it has. */
  async #reload(
    session: Session,
    survey: ServerSurvey,
    written: readonly FileChange[],
    changes: Change[],
    signal: AbortSignal,
  ): Promise<void> {
    const [before = {}] = await session.query("SELECT pg_conf_load_time()::text AS loaded");
    await session.query("SELECT pg_reload_conf()");
    changes.push(reloadChange(survey, written));
    const deadline = performance.now() + RELOAD_MS;
    for (;;) {
      const [now = {}] = await session.query("SELECT pg_conf_load_time()::text AS loaded");
      if (now["loaded"] !== before["loaded"]) {
        for (const { path } of written) this.#loaded.add(path);
        return;
      }
      if (performance.now() > deadline) break;
      await pause(10, signal);
      signal.throwIfAborted();
    }
    throw new Error(
      `the server has not taken its files ${RELOAD_MS} ms after it was told to reload them: its log says why`,
    );
  }

  #streamingProblems({ local, plan }: ServerSurvey): readonly ClusterProblem[] {
    if (!local.inRecovery || local.isStreaming || plan?.upstream === undefined) {
      this.#notStreamingSince = undefined;
      return [];
    }
    this.#notStreamingSince ??= this.#now();
    const waited = this.#now() - this.#notStreamingSince;
    if (waited < STREAMING_MS) return [];
    const upstream = memberKey(plan.upstream);
    const message = `this standby has not streamed from ${upstream} for ${Math.round(waited / 1000)} s: the log of the local server says why`;
    return [{ cluster: this.#settings.cluster, path: ["follow"], message }];
  }
}

function changedFiles({ hba, fragment }: ServerSurvey): readonly FileChange[] {
  return [hba, fragment].filter((file) => file !== undefined && file.before !== file.after) as FileChange[];
}

function fileChange({ path, before }: FileChange, left: ReadonlyMap<string, string>): Change {
  const known = left.get(path);
  const isRepair = known !== undefined && known !== before;
  return { kind: "file", target: path, action: "written", ...(isRepair ? { repair: true } : {}) };
}

function slotChanges({ plan }: ServerSurvey): readonly Change[] {
  return [...(plan?.slots.create ?? []).map(slotCreated), ...(plan?.slots.drop ?? []).map(slotDropped)];
}

function slotCreated(name: string): Change {
  return { kind: "runtime", target: `slot ${quoteIdentifier(name)}`, action: "created", code: "slot-created" };
}

function slotDropped(name: string): Change {
  return {
    kind: "runtime",
    target: `slot ${quoteIdentifier(name)}`,
    action: "dropped: nobody has used it for drop_after",
    code: "slot-dropped",
  };
}

function reloadChange({ local, fragment, plan }: ServerSurvey, written: readonly FileChange[]): Change {
  const files = written.map(({ path }) => path).join(" and ");
  const isFollow = fragment !== undefined && written.includes(fragment) && plan?.upstream !== undefined;
  const upstream = isFollow ? `; this standby follows ${memberKey(plan.upstream)}` : "";
  return {
    kind: "reload",
    target: `PostgreSQL on port ${local.port}`,
    action: `${files} changed${upstream}`,
    code: isFollow ? "follow" : fragment !== undefined && written.includes(fragment) ? "settings" : "access",
  };
}

/** Somebody else was faster: what was wanted is there. */
function unless(code: string): (error: unknown) => readonly [] {
  return (error) => {
    if ((error as { code?: unknown }).code === code) return [];
    throw error;
  };
}

function shadowMessage(name: string, by: string): string {
  const advice = by.includes("postgresql.auto.conf")
    ? `reset it with: ALTER SYSTEM RESET ${name}; SELECT pg_reload_conf();`
    : "remove it there";
  return `${name} is set again at ${by}, so that ours counts for nothing: ${advice}`;
}
