import { setTimeout as sleep } from "node:timers/promises";
import type { DiscoveryRecord, Watcher } from "@lighthouse-sd/core";
import { leakTimer } from "../leaked-timers.js";
import { aborted, type BrokenDiscovery, never, type Watch, watching } from "./broken-discovery.js";

const AS_LOST = "tells a source that is cut off as lost, never as a shorter list, and its return by itself";
const CATCHES_UP = "catches up with what changed while its source is cut off";
const STARTS = "starts while its source is cut off, says so, and finds it when it is back";

/** Wrong ways to follow clusters. */
export const brokenWatches: readonly BrokenDiscovery[] = [
  {
    fault: "takes clusters for the same whose names begin alike",
    plugin: watching(({ cluster, right }) => right({ cluster: cluster.split(/[-.]/)[0] || cluster })),
    breaks: "keeps clusters apart whose names are nearly the same",
  },
  {
    fault: "ends all watches with one",
    plugin: endingTogether(),
    breaks: "goes on with the others when a watch ends",
  },
  {
    fault: "takes .. for the way to other clusters",
    plugin: watching(({ cluster, right }) => right(cluster === ".." ? { cluster: "conformance" } : {})),
    breaks: "comes to no harm by a cluster with an odd name",
  },
  {
    fault: "follows ten clusters and no more",
    plugin: followingTen(),
    breaks: "follows many clusters at once",
  },
  {
    fault: "tells no loss",
    plugin: losing(() => undefined),
    breaks: AS_LOST,
  },
  {
    fault: "tells a loss as an empty list",
    plugin: losing((watcher) => watcher.records([])),
    breaks: AS_LOST,
  },
  {
    fault: "tells a loss, and an empty list after it",
    plugin: losing((watcher, error) => {
      watcher.lost(error);
      watcher.records([]);
    }),
    breaks: AS_LOST,
  },
  {
    fault: "tells a loss without a reason",
    plugin: losing((watcher) => watcher.lost(undefined)),
    breaks: AS_LOST,
  },
  {
    fault: "does not tell a source's return where nothing has changed",
    plugin: silentReturn(),
    breaks: AS_LOST,
  },
  {
    fault: "makes every record anew after a loss",
    plugin: renewing(),
    breaks: AS_LOST,
  },
  {
    fault: "waits for the next change after a loss",
    plugin: skippingReturn(),
    breaks: CATCHES_UP,
  },
  {
    fault: "gives up at the second loss",
    plugin: givingUp(2),
    breaks: CATCHES_UP,
  },
  {
    fault: "gives up at the first attempt",
    plugin: givingUp(1),
    breaks: STARTS,
  },
  {
    fault: "takes a source that it has never reached for an empty one",
    plugin: emptyAtFirst(),
    breaks: STARTS,
  },
  {
    fault: "leaves a timer running when it was lost",
    plugin: losing((watcher, error) => {
      leakTimer();
      watcher.lost(error);
    }),
    breaks: "ends a watch and stops soon while its source is cut off, and leaves nothing running",
  },
  {
    fault: "does not hear an abort before its first answer",
    plugin: watching(({ watcher, signal, right }) => {
      let answered = false;
      const heard: Watcher = {
        records: (records) => {
          answered = true;
          watcher.records(records);
        },
        lost: (error) => watcher.lost(error),
      };
      const deaf = aborted(signal).then(() => (answered ? undefined : never()));
      return Promise.all([right({ watcher: heard }), deaf]).then(() => undefined);
    }),
    breaks: "ends a watch soon, whenever it is aborted",
  },
  {
    fault: "tells something though nobody asks any more",
    plugin: watching(async ({ watcher, right }) => {
      watcher.lost(new Error("not there yet"));
      return right();
    }),
    breaks: "begins no watch whose signal has aborted",
  },
  {
    fault: "goes on telling after the abort",
    plugin: watching(async ({ signal, right }) => {
      const stop = new AbortController();
      void right({ signal: stop.signal });
      await aborted(signal);
      setTimeout(() => stop.abort(), 5000);
    }),
    breaks: "tells nothing after the abort",
  },
];

function losing(lost: (watcher: Watcher, error: unknown) => void): BrokenDiscovery["plugin"] {
  return watching(({ watcher, right }) =>
    right({ watcher: { records: (records) => watcher.records(records), lost: (error) => lost(watcher, error) } }),
  );
}

/** Another way to hear of records and losses; `lost` tells whether the source was lost before. */
function returning(
  tell: (watch: Watch, records: readonly DiscoveryRecord[], wasLost: boolean) => void,
): BrokenDiscovery["plugin"] {
  return watching((watch) => {
    let wasLost = false;
    const records = (list: readonly DiscoveryRecord[]): void => {
      tell(watch, list, wasLost);
      wasLost = false;
    };
    const lost = (error: unknown): void => {
      wasLost = true;
      watch.watcher.lost(error);
    };
    return watch.right({ watcher: { records, lost } });
  });
}

function silentReturn(): BrokenDiscovery["plugin"] {
  const told = new WeakMap<Watch, string>();
  return returning((watch, records) => {
    const text = JSON.stringify(records);
    if (told.get(watch) === text) return;
    told.set(watch, text);
    watch.watcher.records(records);
  });
}

function renewing(): BrokenDiscovery["plugin"] {
  return returning(({ watcher }, records, wasLost) =>
    watcher.records(wasLost ? records.map((record) => ({ ...record })) : records),
  );
}

function skippingReturn(): BrokenDiscovery["plugin"] {
  return returning(({ watcher }, records, wasLost) => {
    if (!wasLost) watcher.records(records);
  });
}

function givingUp(most: number): BrokenDiscovery["plugin"] {
  return watching(async ({ watcher, signal, right }) => {
    const stop = new AbortController();
    let losses = 0;
    let wasLost = false;
    const records = (list: readonly DiscoveryRecord[]): void => {
      wasLost = false;
      watcher.records(list);
    };
    const lost = (error: unknown): void => {
      if (!wasLost) losses++;
      wasLost = true;
      if (losses >= most) stop.abort();
      watcher.lost(error);
    };
    await right({ watcher: { records, lost }, signal: AbortSignal.any([signal, stop.signal]) });
    await aborted(signal);
  });
}

function emptyAtFirst(): BrokenDiscovery["plugin"] {
  return watching(({ watcher, right }) => {
    let answered = false;
    const records = (list: readonly DiscoveryRecord[]): void => {
      answered = true;
      watcher.records(list);
    };
    const lost = (error: unknown): void => {
      if (!answered) watcher.records([]);
      watcher.lost(error);
    };
    return right({ watcher: { records, lost } });
  });
}

function endingTogether(): BrokenDiscovery["plugin"] {
  const ends = new WeakMap<object, AbortController>();
  return watching(async ({ discovery, signal, right }) => {
    const end = ends.get(discovery) ?? new AbortController();
    ends.set(discovery, end);
    signal.addEventListener("abort", () => end.abort());
    await right({ signal: end.signal });
    await aborted(signal);
  });
}

function followingTen(): BrokenDiscovery["plugin"] {
  const counts = new WeakMap<object, number>();
  return watching(async ({ discovery, signal, right }) => {
    const count = (counts.get(discovery) ?? 0) + 1;
    counts.set(discovery, count);
    if (count > 10) await Promise.race([aborted(signal), sleep(60_000, undefined, { signal }).catch(() => undefined)]);
    await right();
  });
}
