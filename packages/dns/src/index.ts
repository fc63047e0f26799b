export type { DnsBlock, DnsDiscoveryConfig, Family } from "./config.js";
export { default } from "./dns-discovery.js";
