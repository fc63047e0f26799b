import type { RunnerSettings } from "./config/configuration.js";

const START_ONLY = ["state_dir", "name", "ip", "peer_port"] as const;

/** Tells of settings that are taken in at the start only. */
export class NextStart {
  #startedWith: readonly unknown[] | undefined;

  /** What to say of `settings`, the first of which are those of the start; nothing where none that waits has changed. */
  notices(settings: RunnerSettings): readonly string[] {
    const now = START_ONLY.map((key) => settings[key]);
    const before = this.#startedWith;
    this.#startedWith = now;
    const changed = START_ONLY.filter((_, index) => before !== undefined && now[index] !== before[index]);
    return changed.length === 0 ? [] : [`runner.yaml: ${changed.join(", ")} takes effect at the next start`];
  }
}
