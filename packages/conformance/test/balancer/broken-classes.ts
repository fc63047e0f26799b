import { appendFileSync, writeFileSync } from "node:fs";
import { readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  Balancer,
  type CallOptions,
  type Change,
  type Cluster,
  type Context,
  type JsonSchema,
  type SyncResult,
} from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { leakTimer } from "../leaked-timers.js";
import MembersBalancer from "./members-file/members-balancer.js";
import type { MembersBlock, MembersConfig } from "./members-file/members-config.js";
import { renderMembers } from "./members-file/render-members.js";
import { membersPath } from "./members-path.js";

type Clusters = readonly Cluster<MembersBlock>[];

/** See `brokenBalancers`. */
export class WritesWhenMade extends MembersBalancer {
  constructor(context: Context) {
    super(context);
    appendFileSync(join(context.directory, "made"), "x");
  }
}

/** See `brokenBalancers`. */
export class WritesWhenApplied extends MembersBalancer {
  override applyConfig(config: MembersConfig): void {
    super.applyConfig(config);
    writeFileSync(membersPath(this), "");
  }
}

/** See `brokenBalancers`. */
export class OpensWhenApplied extends MembersBalancer {
  override applyConfig(config: MembersConfig): void {
    super.applyConfig(config);
    leakTimer();
  }
}

/** See `brokenBalancers`. */
export class KeepsFirstFailure extends MembersBalancer {
  #failure: unknown;
  override async syncFile(clusters: Clusters, options: CallOptions): Promise<SyncResult> {
    if (this.#failure !== undefined) throw this.#failure;
    return super.syncFile(clusters, options).catch((error: unknown) => {
      if (!options.signal.aborted) this.#failure = error;
      throw error;
    });
  }
}

/** See `brokenBalancers`. */
export class PlansByDoing extends MembersBalancer {
  override async plan(clusters: Clusters, options: CallOptions): Promise<readonly Change[]> {
    return (await this.syncFile(clusters, options)).changes;
  }
}

/** See `brokenBalancers`. */
export class PlansNothing extends MembersBalancer {
  override async plan(): Promise<readonly Change[]> {
    return [];
  }
}

/** See `brokenBalancers`. */
export class PlansAlways extends MembersBalancer {
  override async plan(): Promise<readonly Change[]> {
    return [{ kind: "file", target: "members", action: "perhaps written" }];
  }
}

/** See `brokenBalancers`. */
export class PlansUnderLock extends MembersBalancer {
  override async plan(clusters: Clusters, options: CallOptions): Promise<readonly Change[]> {
    const changes = await super.plan(clusters, options);
    if (changes.length === 0) await this.syncFile(clusters, options);
    return changes;
  }
}

/** See `brokenBalancers`. */
export class DescribesByWriting extends MembersBalancer {
  override async describe(): Promise<[]> {
    await utimes(membersPath(this), 0, 0);
    return [];
  }
}

/** See `brokenBalancers`. */
export class StopsOnce extends MembersBalancer {
  #stopped = false;
  override async stop(options: CallOptions): Promise<void> {
    if (this.#stopped) throw new Error("stopped already");
    this.#stopped = true;
    await super.stop(options);
  }
}

/** See `brokenBalancers`. */
export class StopsOnlyAfterSync extends MembersBalancer {
  #synced = false;
  override async syncFile(clusters: Clusters, options: CallOptions): Promise<SyncResult> {
    this.#synced = true;
    return super.syncFile(clusters, options);
  }
  override async stop(options: CallOptions): Promise<void> {
    if (!this.#synced) throw new Error("nothing to stop");
    await super.stop(options);
  }
}

/** See `brokenBalancers`. */
export class ClearsOnStop extends MembersBalancer {
  override async stop(options: CallOptions): Promise<void> {
    await writeFile(membersPath(this), "");
    await super.stop(options);
  }
}

/** See `brokenBalancers`. */
export class KeepsLock extends MembersBalancer {
  override async stop(): Promise<void> {}
}

/** See `brokenBalancers`. */
export class TakesNoLock extends Balancer<MembersConfig, MembersBlock> {
  static readonly configSchema: JsonSchema = MembersBalancer.configSchema;
  static readonly clusterSchema: JsonSchema = MembersBalancer.clusterSchema;
  static readonly validateConfig: typeof MembersBalancer.validateConfig = MembersBalancer.validateConfig;
  static readonly validateDependencies: typeof MembersBalancer.validateDependencies =
    MembersBalancer.validateDependencies;
  override applyConfig(): void {}
  override async syncFile(clusters: Clusters, { signal }: CallOptions): Promise<SyncResult> {
    const path = membersPath(this);
    const text = renderMembers(clusters, await readFile(path, "utf8").catch(() => ""));
    signal.throwIfAborted();
    const changes: Change[] = [{ kind: "file", target: path, action: "written" }];
    return { converged: true, changes: (await writeFileAtomic(path, text)) ? changes : [] };
  }
}
