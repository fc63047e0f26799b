export type { FileDiscoveryConfig } from "./config.js";
export { default } from "./file-discovery.js";
