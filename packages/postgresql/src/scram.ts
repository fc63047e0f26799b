import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** What a server demands of whoever logs in: its half of the nonce, and how the password is salted. */
export interface ScramChallenge {
  readonly nonce: string;
  readonly salt: string;
  readonly iterations: number;
}

/** Turns a password into a key of 32 bytes, at the cost of as many hashes as there are iterations. */
export type SaltPassword = (salt: Buffer, iterations: number) => Promise<Buffer>;

/** A server that asks for more would keep this host busy instead of letting it in. PostgreSQL's own count is 4,096. */
const MAX_ITERATIONS = 100_000;

/** No channel binding, and no other identity: base64 of `n,,`. */
const [GS2_HEADER, GS2_HEADER_BASE64] = ["n,,", "biws"];

/** The client's side of one login by SCRAM-SHA-256 (RFC 5802, RFC 7677), for passwords that SASLprep leaves as they are.
 * PostgreSQL takes the user from the start of the session: none is named here. */
export class ScramLogin {
  readonly #salted: SaltPassword;
  readonly #nonce: string;
  #serverSignature: Buffer | undefined;
  #isProved = false;

  constructor(salted: SaltPassword, nonce: string = randomBytes(18).toString("base64")) {
    this.#salted = salted;
    this.#nonce = nonce;
  }

  /** The first message. */
  get first(): string {
    return `${GS2_HEADER}${this.#firstBare}`;
  }

  /** The answer to the server's first message. Rejects where that is none. */
  async answer(serverFirst: string): Promise<string> {
    const { nonce, salt, iterations } = parseChallenge(serverFirst, this.#nonce);
    const salted = await this.#salted(Buffer.from(salt, "base64"), iterations);
    const unproved = `c=${GS2_HEADER_BASE64},r=${nonce}`;
    const exchange = `${this.#firstBare},${serverFirst},${unproved}`;
    const clientKey = hmac(salted, "Client Key");
    const signature = hmac(createHash("sha256").update(clientKey).digest(), exchange);
    this.#serverSignature = hmac(hmac(salted, "Server Key"), exchange);
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
    return `${unproved},p=${Buffer.from(proof).toString("base64")}`;
  }

  /** Takes the server's last message, its own proof. Throws where that is none. */
  verify(serverFinal: string): void {
    const given = Buffer.from(/^v=([^,]*)/.exec(serverFinal)?.[1] ?? "", "base64");
    const wanted = this.#serverSignature;
    this.#isProved = wanted !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
    this.assertProved();
  }

  /** Throws where the server has not proved that it knows the password. */
  assertProved(): void {
    if (this.#isProved) return;
    throw new Error(
      "the server cannot prove that it knows this user's password: it is not the one that it seems to be",
    );
  }

  get #firstBare(): string {
    return `n=*,r=${this.#nonce}`;
  }
}

/** The server's first message; its nonce has to go on with `ours`. */
function parseChallenge(serverFirst: string, ours: string): ScramChallenge {
  const [, nonce = "", salt = "", count = ""] =
    /^r=([\x21-\x2b\x2d-\x7e]+),s=([\w+/]+=*),i=([1-9]\d*)(?:,|$)/.exec(serverFirst) ?? [];
  const iterations = Number(count);
  if (nonce === "")
    throw new Error(`the server's SCRAM challenge is none: ${JSON.stringify(serverFirst.slice(0, 100))}`);
  if (!nonce.startsWith(ours) || nonce === ours) {
    throw new Error("the server's SCRAM challenge answers another login than this one");
  }
  if (iterations > MAX_ITERATIONS) {
    throw new Error(
      `the server wants the password hashed ${count} times, and ${MAX_ITERATIONS} is the most: set its scram_iterations lower, and the password anew`,
    );
  }
  return { nonce, salt, iterations };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
