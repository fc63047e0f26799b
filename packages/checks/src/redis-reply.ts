import { showText } from "./show-text.js";

/** A reply of a Redis server; an error reply is an object of its own. */
export type RedisReply = string | number | null | { readonly error: string } | readonly RedisReply[];

/** What the beginning of `bytes` is: a whole reply, or (undefined) the beginning of one. Throws where it can
 * become none: "it …". */
export function parseReply(bytes: Buffer): RedisReply | undefined {
  return new Reader(bytes).whole();
}

/** Deeper or longer than any reply that a check asks for. */
const DEEPEST = 8;
const LONGEST = 65_536;

class Unfinished extends Error {}

class Reader {
  #offset = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  whole(): RedisReply | undefined {
    try {
      return this.#reply(DEEPEST);
    } catch (error) {
      if (error instanceof Unfinished) return undefined;
      throw error;
    }
  }

  #reply(depth: number): RedisReply {
    const kind = this.#kind();
    const line = this.#line();
    if (kind === "+") return line;
    if (kind === "-") return { error: line };
    if (kind === ":") return numberIn(line, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    if (kind === "$") return this.#bulk(numberIn(line, -1, LONGEST));
    return this.#list(numberIn(line, -1, LONGEST), depth);
  }

  #kind(): string {
    const rest = this.#bytes.subarray(this.#offset, this.#offset + 20).toString();
    const kind = rest.slice(0, 1);
    if (kind === "") throw new Unfinished();
    // What can no longer become a reply is refused at once, not when the time is up.
    if (!"+-:$*".includes(kind)) throw new Error(`it begins with ${showText(rest)}`);
    this.#offset += 1;
    return kind;
  }

  #line(): string {
    const end = this.#bytes.indexOf("\r\n", this.#offset);
    if (end < 0) throw new Unfinished();
    const line = this.#bytes.subarray(this.#offset, end).toString();
    this.#offset = end + 2;
    return line;
  }

  #list(length: number, depth: number): readonly RedisReply[] | null {
    if (length < 0) return null;
    if (depth === 0) throw new Error("it is nested too deep");
    const entries: RedisReply[] = [];
    while (entries.length < length) entries.push(this.#reply(depth - 1));
    return entries;
  }

  #bulk(length: number): string | null {
    if (length < 0) return null;
    const end = this.#offset + length;
    if (this.#bytes.length < end + 2) throw new Unfinished();
    if (this.#bytes.subarray(end, end + 2).toString("latin1") !== "\r\n") throw new Error("it is longer than it says");
    const text = this.#bytes.subarray(this.#offset, end).toString();
    this.#offset = end + 2;
    return text;
  }
}

function numberIn(text: string, least: number, most: number): number {
  const value = /^[+-]?\d{1,20}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`it has ${showText(text)} where a number from ${least} to ${most} must be`);
}
