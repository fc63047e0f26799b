import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ConfigError } from "@lighthouse-sd/core";
import { leakTimer } from "../leaked-timers.js";
import { type BrokenCheck, type Call, performing, withStatics } from "./broken-check.js";
import PongCheck, { type PongConfig } from "./pong/pong-check.js";

let times = 0;
const never = (): Promise<never> => new Promise(() => undefined);

/** Every fault that the suite has to find. */
export const brokenChecks: readonly BrokenCheck[] = [
  {
    fault: "is of another kind",
    plugin: withStatics({ kind: "balancer" }),
    breaks: "has every member of the contract",
  },
  {
    fault: "has a schema that is none",
    plugin: withStatics({ configSchema: { type: "mapping" } }),
    breaks: "has schemas that are JSON Schema and can be written down as JSON",
  },
  {
    fault: "does not find what it needs",
    plugin: withStatics({ validateDependencies: async () => false }),
    breaks: "finds what it depends on, or says what is missing",
  },
  {
    fault: "starts a timer when it is given its configuration",
    plugin: class extends PongCheck {
      override applyConfig(config: PongConfig): void {
        super.applyConfig(config);
        leakTimer();
      }
    },
    breaks: "opens nothing when it is made and given its configuration",
  },
  {
    fault: "returns the configuration it was given",
    plugin: withStatics({ validateConfig: (config: unknown) => PongCheck.validateConfig(config) && config }),
    breaks: "validates a configuration without changing what it was given",
  },
  {
    fault: "validates otherwise each time",
    plugin: withStatics({
      validateConfig: (config: unknown) => ({ ...PongCheck.validateConfig(config), say: `${times++}` }),
    }),
    breaks: "accepts a configuration that it has validated, as it is",
  },
  {
    fault: "names the first problem alone",
    plugin: withStatics({ validateConfig: (config: unknown) => failing(config, (problems) => problems.slice(0, 1)) }),
    breaks: "names every unknown key of a configuration at once",
  },
  {
    fault: "accepts everything",
    plugin: withStatics({ validateConfig: () => ({ say: "PING" }) }),
    breaks: "refuses what is no configuration at all with a ConfigError",
  },
  {
    fault: "does not say where a configuration is wrong",
    plugin: withStatics({
      validateConfig: (config: unknown) =>
        failing(config, (problems) => problems.map((problem) => ({ ...problem, path: [] }))),
    }),
    breaks: "refuses a wrong configuration, and says where it is wrong",
  },
  {
    fault: "fails a fit service now and then",
    plugin: performing(async ({ right }) => (await right()) && ++times % 7 !== 0),
    breaks: "finds a fit service fit, again and again",
  },
  {
    fault: "gives words for an answer",
    plugin: performing(async ({ right }) => ((await right()) ? "yes" : "no") as unknown as boolean),
    breaks: "finds a fit service fit, again and again",
  },
  {
    fault: "changes the target that it is given",
    plugin: performing(async ({ target, right }) => right(Object.assign(target, { host: "localhost" }))),
    breaks: "finds a fit service fit, again and again",
  },
  {
    fault: "passes what answers anything",
    plugin: performing(async ({ right }) => right().then(() => true)),
    breaks: "finds a service unfit that is, and fit again when it is",
  },
  {
    fault: "never gets over a failure",
    plugin: remembering(),
    breaks: "finds a service unfit that is, and fit again when it is",
  },
  {
    fault: "waits for a better answer until it is aborted",
    plugin: performing(async ({ right, options }) => (await right()) || (await aborted(options.signal))),
    breaks: "finds a service unfit that is, and fit again when it is",
  },
  {
    fault: "lets one call wait for another instance's",
    plugin: queueing(),
    breaks: "comes to its verdict from its configuration and target alone",
  },
  {
    fault: "writes an IPv6 address as if it had no colons",
    plugin: performing(async ({ target, right }) => right({ ...target, host: target.host.split(":")[0] || "x" })),
    breaks: "reaches a service by its IPv6 address",
  },
  {
    fault: "keeps to itself why it failed",
    plugin: performing(async ({ right }) => right().catch(() => false)),
    breaks: "says why it does not find a target fit that refuses connections, without waiting for the deadline",
  },
  {
    fault: "tries again until it is aborted",
    plugin: performing(async ({ right, options }) => right().catch(() => aborted(options.signal))),
    breaks: "says why it does not find a target fit that refuses connections, without waiting for the deadline",
  },
  ...[
    "closes at once",
    "closes when it is spoken to",
    "resets when it is spoken to",
    "closes in the middle of its answer",
  ].map((fault) => ({
    fault: `does not notice a target that ${fault}`,
    plugin: performing(async ({ right, options }) => right().catch(() => aborted(options.signal))),
    breaks: `does not find a target fit that ${fault}, without waiting for the deadline`,
  })),
  {
    fault: "passes what accepts a connection and goes",
    plugin: performing(async ({ right }) => right().catch((error: Error) => /closed/.test(error.message))),
    breaks: "does not find a target fit that closes in the middle of its answer, without waiting for the deadline",
  },
  ...[
    "says nothing",
    "says something else and stays",
    "answers a byte at a time, for ever",
    "answers without an end",
  ].map((fault) => ({
    fault: `waits without a limit for a target that ${fault}`,
    plugin: performing(readToTheEnd),
    breaks: `does not find a target fit that ${fault}, and ends at the deadline at the latest`,
  })),
  {
    fault: "passes what says anything",
    plugin: performing(async ({ right }) => right().then(() => true)),
    breaks: "does not find a target fit that says something else and stays, and ends at the deadline at the latest",
  },
  {
    fault: "leaves its connection open when it is aborted",
    plugin: performing(leavingOpen),
    breaks: "ends soon whenever it is aborted, with every connection closed",
  },
  {
    fault: "does not hear an abort that came before",
    plugin: performing(({ right, options }) => (options.signal.aborted ? never() : right())),
    breaks: "ends soon when its signal has aborted before",
  },
  {
    fault: "leaves a timer running",
    plugin: performing(async ({ right }) => {
      leakTimer();
      return right();
    }),
    breaks: "stops, twice if need be, and leaves nothing running in this process",
  },
  {
    fault: "can be stopped once",
    plugin: class extends PongCheck {
      #stopped = false;
      override async stop(): Promise<void> {
        if (this.#stopped) throw new Error("stopped already");
        this.#stopped = true;
      }
    },
    breaks: "stops, twice if need be, and leaves nothing running in this process",
  },
  {
    fault: "cannot be stopped before it was asked",
    plugin: class extends PongCheck {
      #config: PongConfig | undefined;
      override applyConfig(config: PongConfig): void {
        this.#config = config;
        super.applyConfig(config);
      }
      override async stop(): Promise<void> {
        if (this.#config === undefined) throw new Error("no configuration");
      }
    },
    breaks: "stops before it has ever been asked, or been given a configuration",
  },
];

function failing(config: unknown, change: (problems: ConfigError["problems"]) => ConfigError["problems"]): PongConfig {
  try {
    return PongCheck.validateConfig(config);
  } catch (error) {
    throw new ConfigError(change((error as ConfigError).problems));
  }
}

function aborted(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(false)));
}

function remembering(): BrokenCheck["plugin"] {
  const failed = new WeakSet<object>();
  return performing(async ({ check, right }) => {
    if (failed.has(check)) return false;
    const fit = await right();
    if (!fit) failed.add(check);
    return fit;
  });
}

function queueing(): BrokenCheck["plugin"] {
  let last: Promise<unknown> = Promise.resolve();
  return performing(({ right, options }) => {
    const next = last.then(() => (options.signal.aborted ? false : right()));
    last = next.catch(() => undefined);
    return Promise.race([next, aborted(options.signal)]);
  });
}

/** Has no ear for the signal. */
async function readToTheEnd({ target }: Call): Promise<boolean> {
  const socket = connect(target.port, target.host);
  let answer = "";
  for await (const part of socket) answer = `${answer}${part}`.slice(0, 10);
  return answer === "PONG\n";
}

const left = new Set<Socket>();

async function leavingOpen({ target, options, right }: Call): Promise<boolean> {
  const socket = connect(target.port, target.host).on("error", () => undefined);
  left.add(socket);
  await Promise.race([once(socket, "connect"), aborted(options.signal)]);
  return right();
}

/** Closes the connections that checks have left. */
export function closeLeft(): void {
  for (const socket of left) socket.destroy();
  left.clear();
}
