export type { AclName, RecordFormatName, ZooKeeperBlock, ZooKeeperConfig } from "./config.js";
export { default } from "./zookeeper-discovery.js";
