import { isDeepStrictEqual } from "node:util";
import type { Logger } from "@lighthouse-sd/core";
import { type Clock, settlesWithin } from "../clock.js";
import type { RunnerSettings } from "../config/configuration.js";
import { errorText } from "../error-text.js";
import { type HostSource, hostAddress } from "./host-address.js";
import type { HostAddress } from "./service-node.js";

/** What following this host's address needs. */
export interface AddressWatchOptions {
  readonly settings: Pick<RunnerSettings, "name" | "ip" | "peer_port">;
  readonly source: HostSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: () => void;
}

/** How often to look while there is no address, and afterwards, in milliseconds. */
const SOON_MS = 2000;
const LATER_MS = 30_000;
/** How long a name service may take before its answer is waited for beside everything else, in milliseconds. */
const PATIENCE_MS = 2000;

/** Follows how this host is known to others: networks come up after the first programs, and addresses change. One that is
 * lost stands until there is another. */
export class AddressWatch {
  readonly #options: AddressWatchOptions;
  #address: HostAddress | undefined;
  #cancel: () => void = () => undefined;
  #stopped = false;
  #warned = false;

  constructor(options: AddressWatchOptions) {
    this.#options = options;
  }

  /** Undefined: there is none yet. */
  get address(): HostAddress | undefined {
    return this.#address;
  }

  /** Resolves when the first look is over, in limited time. */
  async start(): Promise<void> {
    await settlesWithin(this.#options.clock, PATIENCE_MS, this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { settings, source, clock, log, onChange } = this.#options;
    const found = await hostAddress(settings, source, this.#address?.host).catch((error: unknown) => {
      log.warn(`this host's own address cannot be found out: ${errorText(error)}`);
      return undefined;
    });
    if (this.#stopped) return;
    if (found === undefined && this.#address === undefined && !this.#warned) {
      this.#warned = true;
      log.warn(
        "this host has no address but loopback: nothing is registered until it has one, or runner.yaml gives ip",
      );
    }
    if (found !== undefined && !isDeepStrictEqual(found, this.#address)) {
      this.#address = found;
      log.info(`this host is registered as ${found.host} at ${found.peer.ip}`);
      onChange();
    }
    this.#cancel = clock.after(this.#address === undefined ? SOON_MS : LATER_MS, () => void this.#look());
  }
}
