import { setTimeout as sleep } from "node:timers/promises";
import type { Registration } from "@lighthouse-sd/core";
import { leakTimer } from "../leaked-timers.js";
import BoardDiscovery from "./board/board-discovery.js";
import { aborted, type BrokenDiscovery, never, type Report, reporting } from "./broken-discovery.js";

const EXACTLY = "registers a node exactly as it was given, says so, and withdraws it at the end";
const AGAIN = "registers a node again after its registry, which is cut off for a time, is back";
const BEGINS = "begins a report while its registry is cut off, says so, and registers when it is back";
const ENDS = "ends a report soon while its registry is cut off, and leaves nothing running";
const UPDATES = "puts another node in the place of the one that a report has kept, without a gap";

/** Wrong ways to keep a node registered. */
export const brokenReports: readonly BrokenDiscovery[] = [
  {
    fault: "forgets a node's peer",
    plugin: reporting(({ node, right }) => right({ node: { ...node, peer: null } })),
    breaks: EXACTLY,
  },
  {
    fault: "writes metadata in its own words",
    plugin: reporting(({ node, right }) => right({ node: { ...node, metadata: { role: "master" } } })),
    breaks: EXACTLY,
  },
  {
    fault: "says that a node is registered before it is",
    plugin: reporting(async ({ registration, signal, right }) => {
      registration.registered();
      await Promise.race([sleep(3000), aborted(signal)]);
      return right();
    }),
    breaks: EXACTLY,
  },
  {
    fault: "never says that a node is registered",
    plugin: telling({ registered: () => undefined }),
    breaks: EXACTLY,
  },
  {
    fault: "keeps every node",
    plugin: telling({ keep: true }),
    breaks: EXACTLY,
  },
  {
    fault: "registers one node after the other",
    plugin: oneAtATime(),
    breaks: "registers many nodes, of several services, each on its own",
  },
  {
    fault: "withdraws all nodes with one",
    plugin: endingTogether(),
    breaks: "registers many nodes, of several services, each on its own",
  },
  {
    fault: "withdraws others' nodes too",
    plugin: reporting(async (report) => {
      await report.right();
      const { node } = report;
      const host = node.host.replace("-0.", "-1.");
      await registerAndWithdraw(report, { ...node, host, name: `${host}:${node.port}` });
    }),
    breaks: "leaves the nodes of others alone",
  },
  {
    fault: "forgets a node that was not registered yet when it was aborted",
    plugin: reporting(forgetting),
    breaks: "withdraws a node whenever the report is aborted, and ends soon",
  },
  {
    fault: "never looks whether its record is still there",
    plugin: reporting(async ({ registration, signal, right }) => {
      const stop = new AbortController();
      const heard: Registration = {
        get keep() {
          return registration.keep;
        },
        registered: () => registration.registered(),
        lost: () => stop.abort(),
      };
      await right({ registration: heard, signal: AbortSignal.any([signal, stop.signal]) }).catch(() => undefined);
      await aborted(signal);
    }),
    breaks: "registers a node again whose record somebody removed",
  },
  {
    fault: "makes room before it registers",
    plugin: reporting(async (report) => {
      await registerAndWithdraw(report, report.node);
      await report.right();
    }),
    breaks: UPDATES,
  },
  {
    fault: "withdraws what it should keep",
    plugin: telling({ keep: false }),
    breaks: UPDATES,
  },
  {
    fault: "withdraws what it has kept when it is stopped",
    plugin: withdrawingAtStop(),
    breaks: "keeps a node over the stop of its instance, for the next one to take over without a gap",
  },
  {
    fault: "goes on keeping a node after it was stopped",
    plugin: reporting(async ({ registration, signal, right }) => {
      const stop = new AbortController();
      const report = right({ signal: stop.signal });
      await aborted(signal);
      if (registration.keep) {
        report.catch(() => undefined);
        return void setTimeout(() => stop.abort(), 4000);
      }
      stop.abort();
      await report;
    }),
    breaks: "lets a kept node go in time that nobody takes over",
  },
  {
    fault: "registers once and leaves",
    plugin: reporting(async ({ registration, signal, right }) => {
      const stop = new AbortController();
      const heard: Registration = {
        keep: true,
        registered: () => {
          registration.registered();
          stop.abort();
        },
        lost: (error) => registration.lost(error),
      };
      await right({ registration: heard, signal: AbortSignal.any([signal, stop.signal]) });
      await aborted(signal);
    }),
    breaks: "keeps a node registered for longer than its lease, without a gap",
  },
  {
    fault: "withdraws whatever stands under its node's name",
    plugin: reporting(async (report) => {
      await report.right();
      if (!report.registration.keep) await registerAndWithdraw(report, report.node);
    }),
    breaks: "withdraws nothing that another reporter has put in its place",
  },
  {
    fault: "says nothing of a loss",
    plugin: telling({ lost: () => undefined }),
    breaks: AGAIN,
  },
  {
    fault: "does not register again after a loss",
    plugin: reporting(givingUp),
    breaks: AGAIN,
  },
  {
    fault: "ends when it cannot begin",
    plugin: reporting(async ({ registration, right }) => {
      let failed: (error: unknown) => void = () => undefined;
      const failure = new Promise<never>((_, reject) => {
        failed = reject;
      });
      const lost = (error: unknown): void => failed(error);
      const heard = Object.assign(Object.create(registration), { registered: () => registration.registered(), lost });
      await Promise.race([right({ registration: heard as Registration }), failure]);
    }),
    breaks: BEGINS,
  },
  {
    fault: "waits for its registry before it ends",
    plugin: reporting(({ right }) => right().catch(() => never())),
    breaks: ENDS,
  },
  {
    fault: "fails at keeping a node that it cannot reach",
    plugin: reporting(async ({ registration, right }) => {
      await right();
      if (registration.keep) throw new Error("cannot keep it");
    }),
    breaks: ENDS,
  },
  {
    fault: "leaves a timer running when it could not withdraw",
    plugin: reporting(({ right }) =>
      right().catch((error: unknown) => {
        leakTimer();
        throw error;
      }),
    ),
    breaks: ENDS,
  },
];

/** The board's discovery with another registration between it and its engine. */
function telling(other: Partial<Registration>): BrokenDiscovery["plugin"] {
  return reporting(({ registration, right }) => {
    const heard: Registration = {
      get keep() {
        return other.keep ?? registration.keep;
      },
      registered: other.registered ?? (() => registration.registered()),
      lost: other.lost ?? ((error) => registration.lost(error)),
    };
    return right({ registration: heard });
  });
}

async function registerAndWithdraw({ right }: Report, node: Report["node"]): Promise<void> {
  const stop = new AbortController();
  const registration = { keep: false, registered: () => stop.abort(), lost: () => undefined };
  await right({ node, registration, signal: stop.signal });
}

function oneAtATime(): BrokenDiscovery["plugin"] {
  const last = new WeakMap<object, Promise<void>>();
  return reporting(({ discovery, signal, right }) => {
    const before = last.get(discovery) ?? Promise.resolve();
    const mine = before.then(() => right());
    last.set(
      discovery,
      Promise.race([mine, aborted(signal)]).catch(() => undefined),
    );
    return mine;
  });
}

function endingTogether(): BrokenDiscovery["plugin"] {
  const ends = new WeakMap<object, AbortController>();
  return reporting(async ({ discovery, signal, right }) => {
    const end = ends.get(discovery) ?? new AbortController();
    ends.set(discovery, end);
    signal.addEventListener("abort", () => end.abort());
    await right({ signal: end.signal });
  });
}

async function forgetting({ registration, signal, right }: Report): Promise<void> {
  const stop = new AbortController();
  let registered = false;
  const heard: Registration = {
    get keep() {
      return registration.keep;
    },
    registered: () => {
      registered = true;
      registration.registered();
    },
    lost: (error) => registration.lost(error),
  };
  const report = right({ registration: heard, signal: stop.signal });
  await aborted(signal);
  if (!registered) {
    // The board may be gone by then.
    report.catch(() => undefined);
    return void setTimeout(() => stop.abort(), 2000);
  }
  stop.abort();
  await report;
}

async function givingUp({ registration, signal, right }: Report): Promise<void> {
  const stop = new AbortController();
  const heard: Registration = {
    keep: true,
    registered: () => registration.registered(),
    lost: (error) => {
      registration.lost(error);
      stop.abort();
    },
  };
  await right({ registration: heard, signal: AbortSignal.any([signal, stop.signal]) });
  await aborted(signal);
}

function withdrawingAtStop(): BrokenDiscovery["plugin"] {
  return class extends BoardDiscovery {
    readonly #kept: (() => Promise<void>)[] = [];
    override async report(
      ...[service, node, registration, options]: Parameters<BoardDiscovery["report"]>
    ): Promise<void> {
      await super.report(service, node, registration, options);
      if (!registration.keep) return;
      const right: Report["right"] = (other = {}) =>
        super.report(service, node, other.registration ?? registration, { signal: other.signal ?? options.signal });
      const { signal } = options;
      this.#kept.push(() => registerAndWithdraw({ discovery: this, service, node, registration, signal, right }, node));
    }
    override async stop(): Promise<void> {
      for (const withdraw of this.#kept) await withdraw();
    }
  };
}
