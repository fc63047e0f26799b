import type { CallOptions } from "@lighthouse-sd/core";
import { CONTRACT, Discovery, type DiscoveryPlugin, type JsonSchema, type Watcher } from "@lighthouse-sd/core";
import type { DraftOf, SourceText } from "./draft.js";

interface Reason {
  readonly reason: string;
}

/** Stands for a discovery whose file has no valid version: its clusters' source is lost, so that nobody leaves. */
class UnusableDiscovery extends Discovery<Reason> {
  static readonly configSchema: JsonSchema = {};
  #reason = "";

  static validateDependencies(): Promise<boolean> {
    return Promise.resolve(true);
  }

  static validateConfig(config: unknown): Reason {
    return config as Reason;
  }

  applyConfig({ reason }: Reason): void {
    this.#reason = reason;
  }

  watch(_cluster: string, _block: unknown, watcher: Watcher, { signal }: CallOptions): Promise<void> {
    watcher.lost(new Error(this.#reason));
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  override report(): Promise<void> {
    return Promise.reject(new Error(this.#reason));
  }
}

UnusableDiscovery satisfies DiscoveryPlugin<Reason>;

/** What stands in for a discovery's file that was never valid, or no longer is since its plugin is missing. */
export function placeholderDiscovery(at: Omit<SourceText, "text">, name: string): DraftOf<"discovery"> {
  const config: Reason = { reason: `${at.file} has no valid version` };
  const plugin = {
    kind: "discovery",
    name,
    packageName: "none",
    version: "none",
    contract: CONTRACT.discovery,
    plugin: UnusableDiscovery as unknown as DiscoveryPlugin<unknown>,
  } as const;
  return {
    ...at,
    kind: "discovery",
    text: "",
    name,
    source: undefined,
    content: { name, file: at.file, plugin, config },
    problems: [],
    notices: [],
    placeholder: true,
  };
}
