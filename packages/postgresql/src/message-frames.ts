/** Bytes of a message's type and length. */
const HEADER = 5;
/** The longest message that is read, in bytes: whatever is asked here is answered by far less, and a length that somebody
 * made up is not waited for with all memory. */
const LONGEST = 16 * 1024 * 1024;
/** ErrorResponse and NoticeResponse: lists of fields, which end with an empty one. */
const LISTS = new Set(["E", "N"]);

/** Follows PostgreSQL's messages in what a server sends. pg believes what stands in them: after a list of fields that does not
 * end it would look for the end for ever. */
export class MessageFrames {
  /** The header, as far as it has come. */
  #header = Buffer.alloc(0);
  /** Bytes of the body that are still to come. */
  #awaited = 0;
  /** The last two bytes of the body, as far as it has come. */
  #end = Buffer.alloc(0);

  /** Takes what has come. Throws where it is no message of PostgreSQL's. */
  take(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length; ) {
      offset += this.#header.length < HEADER ? this.#takeHeader(chunk, offset) : this.#takeBody(chunk, offset);
      if (this.#header.length === HEADER && this.#awaited === 0) this.#finish();
    }
  }

  #takeHeader(chunk: Buffer, offset: number): number {
    const part = chunk.subarray(offset, offset + HEADER - this.#header.length);
    this.#header = Buffer.concat([this.#header, part]);
    if (this.#header.length === HEADER) {
      const length = this.#header.readUInt32BE(1);
      if (length < 4 || length > LONGEST) throw new Error(`${this.#what} of ${length} bytes`);
      this.#awaited = length - 4;
      this.#end = Buffer.alloc(0);
    }
    return part.length;
  }

  #takeBody(chunk: Buffer, offset: number): number {
    const part = chunk.subarray(offset, offset + this.#awaited);
    this.#awaited -= part.length;
    this.#end = Buffer.concat([this.#end, part.subarray(-2)]).subarray(-2);
    return part.length;
  }

  #finish(): void {
    const ends = this.#end.equals(Buffer.alloc(2)) || this.#end.equals(Buffer.alloc(1));
    if (LISTS.has(this.#type) && !ends) throw new Error(`${this.#what} without an end`);
    this.#header = Buffer.alloc(0);
  }

  get #type(): string {
    return this.#header.toString("latin1", 0, 1);
  }

  get #what(): string {
    return `a message ${JSON.stringify(this.#type)}`;
  }
}
