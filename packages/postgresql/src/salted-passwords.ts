import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);

/** More logins than this are not kept: whoever was salted first is forgotten. */
const MOST = 1000;

interface Salted {
  readonly password: string;
  readonly salt: string;
  readonly iterations: number;
  readonly key: Promise<Buffer>;
}

/** What SCRAM makes of passwords, kept for the next login (RFC 5802 §5.1 allows it): thousands of hashes, which are most of
 * what a login costs. A server answers with the same salt until the password is set anew. */
export class SaltedPasswords {
  readonly #kept = new Map<string, Salted>();

  /** By SCRAM-SHA-256; `login` names whose password it is, and on which server. */
  async salted(login: string, password: string, salt: Buffer, iterations: number): Promise<Buffer> {
    const kept = this.#kept.get(login);
    const wanted = { password, salt: salt.toString("base64"), iterations };
    if (kept !== undefined && isFor(kept, wanted)) return kept.key;
    const key = derive(password, salt, iterations, 32, "sha256");
    this.#kept.delete(login);
    this.#kept.set(login, { ...wanted, key });
    const [oldest = login] = this.#kept.keys();
    if (this.#kept.size > MOST) this.#kept.delete(oldest);
    return key;
  }
}

function isFor(kept: Salted, { password, salt, iterations }: Omit<Salted, "key">): boolean {
  return kept.password === password && kept.salt === salt && kept.iterations === iterations;
}
