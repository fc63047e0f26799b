import type { BalancerPlugin, CheckPlugin, DiscoveryPlugin, PluginKind } from "@lighthouse-sd/core";

interface PluginClasses {
  readonly balancer: BalancerPlugin<unknown>;
  readonly discovery: DiscoveryPlugin<unknown>;
  readonly check: CheckPlugin<unknown>;
}

/** A plugin that was found, speaks our contract, and was loaded. */
export interface LoadedPlugin<Kind extends PluginKind = PluginKind> {
  readonly kind: Kind;
  /** Its name in its package's manifest: `haproxy`. */
  readonly name: string;
  readonly packageName: string;
  readonly version: string;
  readonly contract: number;
  readonly plugin: PluginClasses[Kind];
}

/** A plugin that was looked for and cannot be used: who, what was wanted, what was found, what to do. */
export interface UnusablePlugin {
  readonly kind: PluginKind;
  readonly type: string;
  readonly reason: string;
}
