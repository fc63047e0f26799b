import type { CallOptions, CheckPlugin, CheckTarget } from "@lighthouse-sd/core";
import PongCheck from "./pong/pong-check.js";

/** A wrong check, and the promise that has to find it out. */
export interface BrokenCheck {
  readonly fault: string;
  readonly plugin: CheckPlugin<unknown>;
  readonly breaks: string;
}

/** One call of a check. */
export interface Call {
  readonly check: PongCheck;
  readonly target: CheckTarget;
  readonly options: CallOptions;
  /** What a right check would say. */
  right(target?: CheckTarget, options?: CallOptions): Promise<boolean>;
}

/** The check for `PONG` with another way to perform. */
export function performing(perform: (call: Call) => Promise<boolean>): CheckPlugin<unknown> {
  return class extends PongCheck {
    override perform(target: CheckTarget, options: CallOptions): Promise<boolean> {
      const right = (other = target, others = options): Promise<boolean> => super.perform(other, others);
      return perform({ check: this, target, options, right });
    }
  };
}

/** The check for `PONG` with other static members. */
export function withStatics(statics: Readonly<Record<string, unknown>>): CheckPlugin<unknown> {
  class Changed extends PongCheck {}
  for (const [name, value] of Object.entries(statics)) Object.defineProperty(Changed, name, { value });
  return Changed;
}
