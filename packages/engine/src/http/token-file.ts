import { createHash, timingSafeEqual } from "node:crypto";
import type { Logger } from "@lighthouse-sd/core";
import { readSecretFile } from "@lighthouse-sd/plugin-kit";
import type { Clock } from "../clock.js";
import { errorText } from "../error-text.js";

/** A file is read again after this long, so that a new token holds without a restart; in milliseconds. */
const FRESH_MS = 1000;
/** The shortest token, in characters: nobody guesses that many. */
const SHORTEST = 16;

/** The token that lets others in, as it stands in its file now. While it cannot be read, nobody is let in. */
export class TokenFile {
  readonly #path: string;
  readonly #log: Logger;
  readonly #clock: Clock;
  #read: { readonly at: number; readonly token: Promise<string | undefined> } | undefined;
  #problem: string | undefined;

  constructor(path: string, log: Logger, clock: Clock) {
    this.#path = path;
    this.#log = log;
    this.#clock = clock;
  }

  /** Compares what a request brings (the Authorization header) with the token. Never rejects. */
  async judge(authorization: string | undefined): Promise<"missing" | "good" | "bad"> {
    if (authorization === undefined) return "missing";
    const token = await this.#token();
    const given = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    if (token === undefined || given === undefined) return "bad";
    return timingSafeEqual(digest(given), digest(token)) ? "good" : "bad";
  }

  /** Reads the file, and logs what is wrong with it. */
  async look(): Promise<void> {
    await this.#token();
  }

  #token(): Promise<string | undefined> {
    const now = this.#clock.elapsed();
    if (this.#read === undefined || now - this.#read.at >= FRESH_MS) this.#read = { at: now, token: this.#readFile() };
    return this.#read.token;
  }

  async #readFile(): Promise<string | undefined> {
    try {
      const token = (await readSecretFile(this.#path)).trim();
      if (token.length < SHORTEST || /\s/.test(token)) {
        throw new Error(`${this.#path}: the token must have at least ${SHORTEST} characters and no space in it`);
      }
      this.#problem = undefined;
      return token;
    } catch (error) {
      const problem = errorText(error);
      if (problem !== this.#problem) this.#log.error(`nobody is let in by token: ${problem}`);
      this.#problem = problem;
      return undefined;
    }
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
