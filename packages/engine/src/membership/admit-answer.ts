import type { Node } from "@lighthouse-sd/core";
import type { GuardSettings } from "../config/configuration.js";

/** A member that the source no longer names and that stays all the same. */
export interface HeldNode {
  readonly node: Node;
  /** Unix milliseconds. */
  readonly since: number;
  readonly reason: string;
}

/** What of a live answer reaches the balancers. */
export interface Admission {
  readonly nodes: readonly Node[];
  readonly held: readonly HeldNode[];
}

/** What an answer is judged by. */
export interface AdmissionRequest {
  /** The members until now; null: none were ever known. */
  readonly before: readonly Node[] | null;
  /** The members the source names now. */
  readonly answer: readonly Node[];
  readonly guard: GuardSettings;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Stands between every live answer and the balancers. Pure. A live answer counts in full: nobody is held. */
export function admitAnswer({ answer }: AdmissionRequest): Admission {
  return { nodes: answer, held: [] };
}
