export type {
  HAProxyBlock,
  HAProxyConfig,
  MetaCluster,
  ProcessSettings,
  StaticProxy,
  Stats,
  Upstream,
} from "./config/haproxy-config.js";
export { HAProxy as default } from "./haproxy.js";
