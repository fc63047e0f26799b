import type { CallOptions, Change, Cluster, ClusterProblem, Context, NodeReport } from "@lighthouse-sd/core";
import { lockTarget, type TargetLock } from "@lighthouse-sd/plugin-kit";
import type { ClientSettings, PostgreSQLBlock } from "../config/postgresql-config.js";
import { describeClients } from "../describe/describe-clients.js";
import { ownLinesDiff } from "../own-lines-diff.js";
import type { PartResult } from "../part-result.js";
import type { Session } from "../session.js";
import { type FileChange, write, writeChecked } from "../write-checked.js";
import { consoleDifference, withConsole } from "./pgbouncer-console.js";
import { type ClientMemory, type ClientSurvey, surveyClients } from "./survey-clients.js";

/** Keeps what clients on this host read in line with the members. */
export class ClientsPart {
  readonly #settings: ClientSettings;
  readonly #context: Context;
  readonly #now: () => number;
  readonly #locks = new Map<string, TargetLock>();
  #memory: ClientMemory = { members: new Map(), newest: new Map() };
  #left = new Map<string, string>();

  /** Opens nothing. `now` gives milliseconds of a clock that never jumps. */
  constructor(settings: ClientSettings, context: Context, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#context = context;
    this.#now = now;
  }

  /** What `sync` would do now. */
  async plan(clusters: readonly Cluster<PostgreSQLBlock>[], options: CallOptions): Promise<readonly Change[]> {
    const { services, pgbouncer } = await this.#survey(clusters, options);
    const changed = [services, pgbouncer].filter((file) => file !== undefined && file.before !== file.after);
    const files = (changed as FileChange[]).map((file) => ({
      ...this.#fileChange(file),
      diff: ownLinesDiff(file.path, file.before, file.after),
    }));
    const isReload = pgbouncer !== undefined && pgbouncer.before !== pgbouncer.after;
    return isReload ? [...files, reloadChange("its databases changed")] : files;
  }

  /** One pass. */
  async sync(clusters: readonly Cluster<PostgreSQLBlock>[], options: CallOptions): Promise<PartResult> {
    await this.#lockTargets();
    const survey = await this.#survey(clusters, options);
    const changes: Change[] = [];
    const problems: ClusterProblem[] = [...survey.notices];
    const steps: (readonly [string, () => Promise<void>])[] = [
      ["service_file", () => this.#writeServices(survey, changes)],
      ["pgbouncer", () => this.#bringPgbouncer(survey, changes, options)],
    ];
    let complete = true;
    for (const [key, step] of steps) {
      options.signal.throwIfAborted();
      await step().catch((error: Error) => {
        options.signal.throwIfAborted();
        complete = false;
        problems.push({ cluster: null, path: ["clients", key], message: error.message });
      });
    }
    this.#memory = survey.memory;
    for (const change of changes) this.#context.log.info(`${change.target}: ${change.action}`);
    return { changes, problems, complete };
  }

  /** Where clients on this host are sent, of each node of a cluster. */
  describe(cluster: Cluster<PostgreSQLBlock>, options: CallOptions): Promise<readonly NodeReport[]> {
    return describeClients(this.#settings, cluster, options);
  }

  async stop(): Promise<void> {
    const locks = [...this.#locks.values()];
    this.#locks.clear();
    for (const lock of locks) await lock.release();
  }

  async #lockTargets(): Promise<void> {
    const { name, directory } = this.#context;
    for (const path of [this.#settings.service_file, this.#settings.pgbouncer?.include]) {
      if (path === undefined || this.#locks.has(path)) continue;
      this.#locks.set(path, await lockTarget(path, { name, directory }));
    }
  }

  #survey(clusters: readonly Cluster<PostgreSQLBlock>[], { signal }: CallOptions): Promise<ClientSurvey> {
    return surveyClients({ settings: this.#settings, clusters, memory: this.#memory, now: this.#now(), signal });
  }

  async #writeServices({ services: file }: ClientSurvey, changes: Change[]): Promise<void> {
    if (file === undefined) return;
    if (file.before !== file.after) {
      const change = this.#fileChange(file);
      await write(file.path, file.after);
      changes.push(change);
    }
    this.#left.set(file.path, file.after);
  }

  async #bringPgbouncer({ pgbouncer: file }: ClientSurvey, changes: Change[], options: CallOptions): Promise<void> {
    const { pgbouncer } = this.#settings;
    if (file === undefined || pgbouncer === undefined) return;
    let reached = false;
    const bring = withConsole(pgbouncer, options, async (session) => {
      reached = true;
      if (file.before !== file.after) {
        const change = this.#fileChange(file);
        await this.#replace(session, file);
        changes.push(change, reloadChange("its databases changed"));
      } else {
        const difference = await consoleDifference(session, file.databases);
        if (difference !== undefined) {
          await session.query("RELOAD");
          const still = await consoleDifference(session, file.databases);
          if (still !== undefined)
            throw new Error(`pgbouncer was told to reload, but ${still}; does it include ${file.path}?`);
          changes.push(reloadChange(difference));
        }
      }
      this.#left.set(file.path, file.after);
    });
    await bring.catch(async (error: Error) => {
      if (reached || options.signal.aborted) throw error;
      // One that does not run, or hangs, is to start with what is right.
      if (file.before !== file.after) {
        await write(file.path, file.after);
        changes.push(this.#fileChange(file));
      }
      throw new Error(`pgbouncer's console cannot be reached: ${error.message}`, { cause: error });
    });
  }

  /** The old file comes back, and is loaded, where pgbouncer does not come to what is wanted. */
  async #replace(session: Session, file: NonNullable<ClientSurvey["pgbouncer"]>): Promise<void> {
    const reload = async (): Promise<string | undefined> => {
      await session.query("RELOAD");
      const difference = await consoleDifference(session, file.databases);
      return difference === undefined ? undefined : `${difference}; does it include this file?`;
    };
    await writeChecked(file, reload).catch(async (error: unknown) => {
      await session.query("RELOAD").catch(() => undefined);
      throw error;
    });
  }

  #fileChange({ path, before }: FileChange): Change {
    const known = this.#left.get(path);
    const isRepair = known !== undefined && known !== before;
    return { kind: "file", target: path, action: "written", ...(isRepair ? { repair: true } : {}) };
  }
}

function reloadChange(why: string): Change {
  return { kind: "reload", target: "pgbouncer", action: why, code: "databases" };
}
