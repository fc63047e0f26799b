import {
  type CallOptions,
  Check,
  type CheckPlugin,
  type CheckTarget,
  type Context,
  type JsonSchema,
  schemaValidator,
} from "@lighthouse-sd/core";

/** One call of `perform`, open until a test answers it. */
export interface Performed {
  readonly target: CheckTarget;
  readonly config: unknown;
  readonly signal: AbortSignal;
  answer(value: unknown): void;
  fail(error: unknown): void;
}

/** A check plugin that does what a test says. Every class made is a plugin of its own. */
export interface ScriptedCheck {
  readonly plugin: CheckPlugin<unknown>;
  /** All calls of `perform` so far. */
  readonly performed: Performed[];
  /** The most that were open at once for one instance. */
  mostAtOnce: number;
  /** How many instances were stopped. */
  stopped: number;
  /** Answers a call at once; undefined leaves it open. */
  script: (call: Performed) => unknown;
  onDependencies: () => Promise<boolean>;
}

const SCHEMA: JsonSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    uri: { type: "string", default: "/" },
    https: { enum: [true, false, "yes", "no"] },
    port: { port: true },
  },
};

export function scriptedCheck(script: ScriptedCheck["script"] = () => true): ScriptedCheck {
  const performed: Performed[] = [];
  const state: Omit<ScriptedCheck, "plugin"> = {
    performed,
    mostAtOnce: 0,
    stopped: 0,
    script,
    onDependencies: async () => true,
  };
  class Plugin extends Check<unknown> {
    static readonly configSchema: JsonSchema = SCHEMA;
    static validateConfig = (config: unknown): unknown => schemaValidator<unknown>(SCHEMA)(config);
    static validateDependencies = (): Promise<boolean> => state.onDependencies();
    #config: unknown;
    #open = 0;
    constructor(context: Context) {
      super(context);
    }
    override applyConfig(config: unknown): void {
      this.#config = config;
    }
    override perform(target: CheckTarget, { signal }: CallOptions): Promise<boolean> {
      this.#open++;
      state.mostAtOnce = Math.max(state.mostAtOnce, this.#open);
      return new Promise<unknown>((answer, fail) => {
        const call: Performed = { target, config: this.#config, signal, answer, fail };
        performed.push(call);
        const given = state.script(call);
        if (given instanceof Error) fail(given);
        else if (given !== undefined) answer(given);
      }).finally(() => {
        this.#open--;
      }) as Promise<boolean>;
    }
    override async stop(): Promise<void> {
      state.stopped++;
    }
  }
  return Object.assign(state, { plugin: Plugin satisfies CheckPlugin<unknown> });
}
