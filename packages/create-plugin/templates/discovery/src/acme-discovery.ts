import {
  type CallOptions,
  Discovery,
  type DiscoveryPlugin,
  type DiscoveryRecord,
  durationMs,
  type JsonSchema,
  type Watcher,
} from "@lighthouse-sd/core";
import { pause, WatchTeller } from "@lighthouse-sd/plugin-kit";
import { type AcmeConfig, configSchema, validateConfig } from "./acme-config.js";
import { toRecords } from "./acme-records.js";
import { askAcme } from "./ask-acme.js";

/** Finds the nodes of clusters in lists that a web server gives, asked again and again. */
export default class AcmeDiscovery extends Discovery<AcmeConfig> {
  static readonly configSchema: JsonSchema = configSchema;

  #config: AcmeConfig | undefined;

  /** It needs no program. */
  static async validateDependencies(_options: CallOptions & { readonly config?: AcmeConfig }): Promise<boolean> {
    return true;
  }

  static validateConfig(config: unknown): AcmeConfig {
    return validateConfig(config);
  }

  override applyConfig(config: AcmeConfig): void {
    this.#config = config;
  }

  override async watch(cluster: string, _block: null, watcher: Watcher, { signal }: CallOptions): Promise<void> {
    const config = this.#config;
    if (config === undefined) throw new Error(`${this.context.name}: no configuration was applied yet`);
    const url = new URL(`${config.url.replace(/\/$/, "")}/${encodeURIComponent(cluster)}`);
    const timeoutMs = durationMs(config.timeout);
    const teller = new WatchTeller<DiscoveryRecord>(watcher);
    let known: readonly DiscoveryRecord[] = [];
    while (!signal.aborted) {
      try {
        known = toRecords(url, await askAcme(url, { timeoutMs, signal }), known);
        if (!signal.aborted) teller.records(known);
      } catch (error) {
        // An error never means that nobody is there: the last list stands until the next one.
        if (!signal.aborted) teller.lost(error);
      }
      await pause(durationMs(config.interval), signal);
    }
  }
}

AcmeDiscovery satisfies DiscoveryPlugin<AcmeConfig>;
