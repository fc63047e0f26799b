import type { Registration } from "@lighthouse-sd/core";

/** Tells a registration what is new to it. */
export class Standing {
  readonly #registration: Registration;
  #told: string | undefined;

  constructor(registration: Registration) {
    this.#registration = registration;
  }

  /** The node stands as it was given. */
  registered(): void {
    if (this.#told === "") return;
    this.#told = "";
    this.#registration.registered();
  }

  /** The node's lease is not there; that it has never been is no loss. */
  leaseGone(shown: string): void {
    if (this.#told === "") this.lost(new Error(`the lease of ${shown} has run out, and the node with it`));
  }

  /** Nothing confirms the node, for this reason. */
  lost(error: Error): void {
    if (this.#told === error.message) return;
    this.#told = error.message;
    this.#registration.lost(error);
  }
}
