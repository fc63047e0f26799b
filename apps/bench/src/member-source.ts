import { type BenchNode, measuredNode } from "./addresses.js";

/** Members that were not there before, one after the other: what is left of an earlier one tells nothing of the next. */
export class MemberSource {
  readonly #port: number;
  #next = 0;

  /** `port`: of the answering server. */
  constructor(port: number) {
    this.#port = port;
  }

  take(): BenchNode {
    const node = measuredNode(this.#next, this.#port);
    this.#next += 1;
    return node;
  }

  takeMany(count: number): readonly BenchNode[] {
    return Array.from({ length: count }, () => this.take());
  }
}
