import type { CheckPlugin, CheckTarget } from "@lighthouse-sd/core";
import type { InvalidConfig } from "../plugin/configured-bench.js";

/** A check that is to keep the contract's promises, and how to try it. */
export interface CheckSubject {
  readonly plugin: CheckPlugin<unknown>;
  /** A service that no promise has used yet, fit to serve: called once for each. */
  create(): CheckedService | Promise<CheckedService>;
  /** Configurations that it has to refuse, each with the place of the problem. */
  readonly invalidConfigs?: readonly InvalidConfig[];
  /** True: that a connection is accepted is all that it asks for. */
  readonly connectionSuffices?: boolean;
  /** How soon a verdict on a target that answers has come, in milliseconds. Default 10,000. */
  readonly answerMs?: number;
  /** How soon a call settles after its signal has aborted, with its connections closed, and how soon nothing runs any more
   * after a stop, in milliseconds. Default 2000. */
  readonly settleMs?: number;
}

/** A service for the instances of one promise. */
export interface CheckedService {
  /** The configuration directory. */
  readonly directory: string;
  /** The check's block in a service's file, without `type`, `rise`, `fall` and `timeout`. */
  readonly config: unknown;
  /** Where the service is, on this host. */
  readonly target: CheckTarget;
  /** Makes the service unfit in the eyes of the check (it answers with an error; where it only has to be there: it closes
   * its port), or fit again. Settles when it is. */
  setFit(fit: boolean): void | Promise<void>;
  /** Ends the service. The instances have been stopped before. */
  dispose?(): void | Promise<void>;
}
