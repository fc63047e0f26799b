import type { SyncResult } from "@lighthouse-sd/core";
import { oneLine } from "../error-text.js";
import { inSpan } from "../tracing/in-span.js";
import type { BalancerState } from "./balancer-state.js";
import { type SyncWord, syncWord } from "./sync-meter.js";

/** A sync that begins. */
export interface SyncBegun {
  readonly balancer: string;
  readonly state: BalancerState;
  /** How many it is given. */
  readonly clusters: number;
  readonly isRetry: boolean;
}

/** What a sync came to. */
export interface SyncEnd {
  readonly result: SyncResult;
  /** Why its newest configuration is not what it worked with; null: it is. */
  readonly error: string | null;
}

const FAILED: SyncWord = "failed";

/** Does a sync as a trace of its own; where there is no `SyncEnd` it was called off. Names of nodes stay out of it. */
export function inSyncSpan(begun: SyncBegun, sync: () => Promise<SyncEnd | undefined>): Promise<void> {
  const attributes = {
    "lighthouse.balancer.name": begun.balancer,
    "lighthouse.balancer.type": begun.state.type,
    "lighthouse.sync.generation": begun.state.generation,
    "lighthouse.sync.cluster_count": begun.clusters,
    "lighthouse.sync.retry": begun.isRetry,
  };
  return inSpan({ name: "lighthouse.sync", attributes, root: true }, async (span) => {
    try {
      const end = await sync();
      if (end === undefined) return;
      span.set(resultAttributes(end.result));
      if (end.error !== null) span.fail(end.error);
    } catch (error) {
      span.set({ "lighthouse.sync.result": FAILED });
      throw error;
    }
  });
}

function resultAttributes(result: SyncResult): Readonly<Record<string, string | number>> {
  const { changes, problems = [] } = result;
  const reloads = changes.filter(({ kind }) => kind === "reload");
  const last = reloads.at(-1);
  return {
    "lighthouse.sync.result": syncWord(result),
    "lighthouse.sync.change_count": changes.length,
    "lighthouse.sync.problem_count": problems.length,
    "lighthouse.reload.count": reloads.length,
    ...(last !== undefined && { "lighthouse.reload.reason": oneLine(last.action) }),
    ...(last?.code !== undefined && { "lighthouse.reload.code": last.code }),
  };
}
