export type { EtcdBlock, RecordFormat } from "./config/block.js";
export type { EtcdDiscoveryConfig, EtcdTls } from "./config/config.js";
export { default } from "./etcd-discovery.js";
