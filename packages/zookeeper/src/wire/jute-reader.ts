import { ProtocolError } from "./zookeeper-error.js";

/** Reads what JuteWriter writes. Every reading past the end throws ProtocolError: what came is no answer of a ZooKeeper. */
export class JuteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#buffer.length - this.#at;
  }

  int(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  long(): bigint {
    return this.#buffer.readBigInt64BE(this.#advance(8));
  }

  bool(): boolean {
    return this.#buffer.readUInt8(this.#advance(1)) !== 0;
  }

  /** A copy: what was received along with it can be let go. */
  bytes(): Buffer {
    const length = Math.max(0, this.int());
    const at = this.#advance(length);
    return Buffer.from(this.#buffer.subarray(at, at + length));
  }

  text(): string {
    const length = Math.max(0, this.int());
    const at = this.#advance(length);
    return this.#buffer.toString("utf8", at, at + length);
  }

  list<T>(read: () => T): T[] {
    const length = Math.max(0, this.int());
    // Each entry has four bytes at least: a length that cannot be right makes no huge list.
    if (length > this.left) throw new ProtocolError("a list in an answer is longer than the answer");
    return Array.from({ length }, read);
  }

  #advance(size: number): number {
    const at = this.#at;
    if (size > this.left) throw new ProtocolError("an answer ended too early");
    this.#at = at + size;
    return at;
  }
}
