import type { CallOptions, JsonSchema } from "@lighthouse-sd/core";

/** What plugins of every kind have before an instance is made. */
export interface PluginStatics {
  readonly kind: string;
  readonly configSchema: JsonSchema;
  readonly clusterSchema?: JsonSchema;
  validateDependencies(options: CallOptions & { readonly config?: unknown }): Promise<boolean>;
  validateConfig(config: unknown): unknown;
}

/** A configuration that a plugin has to refuse. */
export interface InvalidConfig {
  /** As its file would hold it, without `type`. */
  readonly config: unknown;
  /** Where the problem is, as errors show it: `hosts[1]`, `tls.ca_file`. */
  readonly path: string;
}

/** Where the promises that plugins of every kind make are tried. */
export interface ConfiguredBench {
  readonly plugin: PluginStatics;
  readonly subject: { readonly invalidConfigs?: readonly InvalidConfig[] };
  /** The configuration, as its file would hold it. */
  readonly given: unknown;
  /** The same, validated. */
  readonly config: unknown;
}
