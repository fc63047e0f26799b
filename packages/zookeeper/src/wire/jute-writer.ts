/** Writes ZooKeeper's binary encoding: big-endian numbers; texts and byte strings with their length before them. */
export class JuteWriter {
  #buffer: Buffer = Buffer.allocUnsafe(256);
  #length = 0;

  int(value: number): this {
    const at = this.#grow(4);
    this.#buffer.writeInt32BE(value, at);
    return this;
  }

  long(value: bigint): this {
    const at = this.#grow(8);
    this.#buffer.writeBigInt64BE(value, at);
    return this;
  }

  bool(value: boolean): this {
    const at = this.#grow(1);
    this.#buffer.writeUInt8(value ? 1 : 0, at);
    return this;
  }

  bytes(value: Buffer): this {
    this.int(value.length);
    const at = this.#grow(value.length);
    value.copy(this.#buffer, at);
    return this;
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value, "utf8"));
  }

  list<T>(values: readonly T[], write: (value: T) => void): this {
    this.int(values.length);
    for (const value of values) write(value);
    return this;
  }

  /** All that was written, with its length before it, as it is sent. */
  frame(): Buffer {
    const frame = Buffer.allocUnsafe(this.#length + 4);
    frame.writeInt32BE(this.#length, 0);
    this.#buffer.copy(frame, 4, 0, this.#length);
    return frame;
  }

  #grow(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    return at;
  }
}
