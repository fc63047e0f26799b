import type { Configuration, FileProblem } from "../../src/config/configuration.js";
import type { ConfigurationSource } from "../../src/runner-options.js";

/** A configuration that a test sets. */
export class FixedConfiguration implements ConfigurationSource {
  configuration: Configuration;
  problems: readonly FileProblem[] = [];
  readonly notices: readonly FileProblem[] = [];
  rescans: number = 0;
  #listener: () => void = () => undefined;

  constructor(configuration: Configuration) {
    this.configuration = configuration;
  }

  async start(): Promise<void> {}

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** Puts another configuration in force. */
  set(configuration: Configuration): void {
    this.configuration = configuration;
    this.#listener();
  }

  locate(): { line: number; column: number } {
    return { line: 1, column: 1 };
  }

  async rescan(): Promise<void> {
    this.rescans++;
  }

  async stop(): Promise<void> {}
}
