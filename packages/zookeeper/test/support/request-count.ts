import { FrameReader } from "../../src/wire/frame-reader.js";

const NAMES: Readonly<Record<number, string>> = {
  1: "create",
  2: "delete",
  3: "exists",
  4: "getData",
  5: "setData",
  9: "sync",
  12: "getChildren",
  14: "multi",
  101: "setWatches",
};

/** Counts the requests that pass a proxy, by name. */
export class RequestCount {
  readonly #frames: FrameReader = new FrameReader();
  #counts: Record<string, number> = {};

  readonly onBytes: (direction: "to-server" | "to-client", bytes: Buffer) => void = (direction, bytes) => {
    if (direction !== "to-server") return;
    // A handshake's frame has a zero where others have their type.
    for (const frame of this.#frames.push(bytes)) {
      const name = NAMES[frame.readInt32BE(4)];
      if (name !== undefined) this.#counts[name] = (this.#counts[name] ?? 0) + 1;
    }
  };

  /** Since the last call. */
  take(): Readonly<Record<string, number>> {
    const counts = this.#counts;
    this.#counts = {};
    return counts;
  }
}
