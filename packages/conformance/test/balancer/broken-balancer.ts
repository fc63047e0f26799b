import type { BalancerPlugin } from "@lighthouse-sd/core";

/** A wrong balancer, and the promise that has to find it out. */
export interface BrokenBalancer {
  readonly fault: string;
  readonly plugin: BalancerPlugin<unknown>;
  readonly breaks: string;
}
