export { default as HttpCheck } from "./http-check.js";
export type { HttpCheckConfig, StatusRange } from "./http-config.js";
export { default as RedisCheck } from "./redis-check.js";
export type { RedisCheckConfig } from "./redis-config.js";
export { default as TcpCheck } from "./tcp-check.js";
export type { TcpCheckConfig } from "./tcp-config.js";
export type { TlsSettings } from "./tls-settings.js";
