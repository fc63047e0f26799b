import { ProtocolError } from "./zookeeper-error.js";

/** The largest answer that is taken. A list of a million children stays below it; what is no ZooKeeper rarely does. */
const LARGEST_BYTES = 128 * 1024 * 1024;

/** Cuts what a socket receives into frames: each has its length, four bytes, before it. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Of the frame that is being received; undefined while not even its length is known. */
  #wanted: number | undefined;

  /** All frames that `chunk` completes. Throws ProtocolError at a length that no frame has. */
  push(chunk: Buffer): readonly Buffer[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames: Buffer[] = [];
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): Buffer | undefined {
    if (this.#wanted === undefined) {
      if (this.#size < 4) return undefined;
      this.#wanted = requireLength(this.#join().readInt32BE(0));
    }
    if (this.#size < this.#wanted + 4) return undefined;
    const received = this.#join();
    const frame = received.subarray(4, this.#wanted + 4);
    const rest = received.subarray(this.#wanted + 4);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    this.#wanted = undefined;
    return frame;
  }

  /** One buffer of all chunks; made once per length and once per frame, not once per chunk. */
  #join(): Buffer {
    const [first] = this.#chunks;
    const joined = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [joined];
    return joined;
  }
}

function requireLength(length: number): number {
  if (length >= 0 && length <= LARGEST_BYTES) return length;
  throw new ProtocolError(`an answer of ${length} bytes was announced; this is no ZooKeeper`);
}
