import type { Session } from "../session/session.js";
import { removeOwn } from "./node-registration.js";

/** Znodes that could not be removed when their report ended: removed as soon as there is a connection again, as long as
 * the session that holds them lives on. */
export class Leftovers {
  readonly #session: Session;
  readonly #paths = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
    session.listen({ up: () => this.#removeAll(), down: () => undefined });
  }

  add(path: string): void {
    this.#paths.add(path);
  }

  /** It is reported again. */
  delete(path: string): void {
    this.#paths.delete(path);
  }

  #removeAll(): void {
    for (const path of this.#paths) {
      // A failure leaves it for the next connection.
      removeOwn(this.#session, path).then(
        () => this.#paths.delete(path),
        () => undefined,
      );
    }
  }
}
