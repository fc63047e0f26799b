import type { Socket } from "node:net";
import pg from "pg";
import { MessageFrames } from "./message-frames.js";
import { SaltedPasswords } from "./salted-passwords.js";
import { ScramLogin } from "./scram.js";

/** Of all logins of this process. */
const saltedPasswords = new SaltedPasswords();

/** Who logs in, and by what. */
export interface Credentials {
  /** Whose password it is, and on which server. */
  readonly login: string;
  readonly password: string | undefined;
  /** What to say where the server wants a password, and there is none. */
  readonly missing: string;
}

/** A connection of pg's that logs in by SCRAM itself: pg salts the password anew each time. All else is pg's, and SCRAM with
 * a password that is not all ASCII, which has to be prepared first. */
export class LoginConnection extends pg.Connection {
  readonly #credentials: Credentials;
  #scram: ScramLogin | undefined;

  constructor(stream: Socket, credentials: Credentials) {
    super({ stream } as unknown as ConstructorParameters<typeof pg.Connection>[0]);
    this.#credentials = credentials;
    const parser = this as unknown as Parser;
    const attach = parser.attachListeners.bind(this);
    parser.attachListeners = (source) => attach(this.#guarded(source));
  }

  /** What pg reads of `source`: nothing that is no message, and what pg throws on reading it ends this connection alone. */
  #guarded(source: DataSource): DataSource {
    const frames = new MessageFrames();
    const guard = (read: (chunk: Buffer) => void) => (chunk: Buffer) => {
      try {
        frames.take(chunk);
        read(chunk);
      } catch (error) {
        this.stream.destroy();
        const found = (error as Error).message;
        super.emit("error", new Error(`what answers does not speak as a PostgreSQL server does: ${found}`));
      }
    };
    return { on: (event, listener) => source.on(event, event === "data" ? guard(listener) : listener) };
  }

  /** What the server says passes here on its way to pg. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    try {
      if (this.#takes(event, args[0] as Said)) return true;
    } catch (error) {
      return super.emit("error", error);
    }
    return super.emit(event, ...args);
  }

  /** True: pg is not to hear of it. */
  #takes(event: string | symbol, message: Said): boolean {
    const scram = this.#scram;
    switch (event) {
      case "authenticationSASL":
        return this.#begin(this.#password(), message.mechanisms);
      case "authenticationCleartextPassword":
      case "authenticationMD5Password":
        this.#password();
        return false;
      case "authenticationSASLContinue":
        if (scram !== undefined) void this.#answer(scram, message.data);
        return scram !== undefined;
      case "authenticationSASLFinal":
        scram?.verify(message.data);
        return scram !== undefined;
      case "authenticationOk":
        scram?.assertProved();
        return false;
      case "errorMessage":
        message.message ||= "the server refuses, and gives no reason";
        return false;
      default:
        return false;
    }
  }

  #password(): string {
    const { password, missing } = this.#credentials;
    if (password === undefined) throw new Error(missing);
    return password;
  }

  #begin(password: string, mechanisms: readonly string[]): boolean {
    if (!mechanisms.includes("SCRAM-SHA-256") || !/^[\x20-\x7e]+$/.test(password)) return false;
    const { login } = this.#credentials;
    this.#scram = new ScramLogin((salt, iterations) => saltedPasswords.salted(login, password, salt, iterations));
    (this as unknown as SaslSender).sendSASLInitialResponseMessage("SCRAM-SHA-256", this.#scram.first);
    return true;
  }

  async #answer(scram: ScramLogin, challenge: string): Promise<void> {
    try {
      (this as unknown as SaslSender).sendSCRAMClientFinalMessage(await scram.answer(challenge));
    } catch (error) {
      super.emit("error", error);
    }
  }
}

/** What the types of pg leave out. */
interface Parser {
  attachListeners(source: DataSource): void;
}

/** As much of a stream as pg reads. */
interface DataSource {
  on(event: string, listener: (chunk: Buffer) => void): unknown;
}

interface SaslSender {
  sendSASLInitialResponseMessage(mechanism: string, response: string): void;
  sendSCRAMClientFinalMessage(response: string): void;
}

/** What the server's messages about a login, and its errors, hold; each its part. */
interface Said {
  readonly mechanisms: readonly string[];
  readonly data: string;
  /** Of an error; empty: it has none. */
  message: string;
}
