import type { CallOptions, Context } from "./context.js";
import type { JsonSchema } from "./json.js";

/* Contract 1. One instance for each service, port and check. Order:
 * 1 validateConfig at every file change (pure);
 * 2 validateDependencies;
 * 3 new, applyConfig (a changed configuration makes a new instance);
 * 4 perform again and again, never two at once;
 * 5 stop, after the last perform has settled. */

/** Tells whether a service of this host is fit to serve. */
export abstract class Check<Config> {
  /** How an engine with another copy of core knows a check: never `instanceof`. */
  static readonly kind: "check" = "check";

  /** Opens nothing. */
  constructor(readonly context: Context) {}

  /** Remembers `config`, touches nothing outside. Called once. */
  abstract applyConfig(config: Config): void | Promise<void>;

  /** True: `target` is fit. False, a rejection and an answer after `signal` has aborted all count as failed; say why in
   * the rejection's message, which operators read. `signal` aborts at the deadline: it then settles at once, with every
   * connection it opened closed. */
  abstract perform(target: CheckTarget, options: CallOptions): Promise<boolean>;

  /** Lets go of connections and timers. Safe twice. */
  stop?(options: CallOptions): Promise<void>;
}

/** What is checked: the same at every call of one instance. */
export interface CheckTarget {
  readonly host: string;
  readonly port: number;
}

/** The static side of a check, which is the default export of its package's entry. */
export interface CheckPlugin<Config> {
  new (context: Context): Check<Config>;
  readonly kind: "check";
  /** Of this check's block under `checks` in services/<name>.yaml, without `type`, `rise`, `fall` and
   * `timeout`. */
  readonly configSchema: JsonSchema;
  /** True: all that `config` asks for is there. Else false, or throws saying what is missing. */
  validateDependencies(options: CallOptions & { readonly config?: Config }): Promise<boolean>;
  /** Pure. Returns it with defaults filled in; throws ConfigError with every Problem. */
  validateConfig(config: unknown): Config;
}
