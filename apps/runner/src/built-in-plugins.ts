import type { BuiltInPlugin } from "@lighthouse-sd/engine";
import { packageFields } from "./package-fields.js";

const CHECKS: Readonly<Record<string, () => Promise<unknown>>> = {
  "./http": () => import("@lighthouse-sd/checks/http"),
  "./tcp": () => import("@lighthouse-sd/checks/tcp"),
  "./redis": () => import("@lighthouse-sd/checks/redis"),
};

const RABBITMQ: Readonly<Record<string, () => Promise<unknown>>> = {
  ".": () => import("@lighthouse-sd/rabbitmq"),
  "./check": () => import("@lighthouse-sd/rabbitmq/check"),
};

const POSTGRESQL: Readonly<Record<string, () => Promise<unknown>>> = {
  ".": () => import("@lighthouse-sd/postgresql"),
  "./check": () => import("@lighthouse-sd/postgresql/check"),
};

/** The plugins that come with this runner. Each is written out, so that tools that pack programs find them. */
export const BUILT_IN_PLUGINS: readonly BuiltInPlugin[] = [
  { manifest: packageFields("@lighthouse-sd/haproxy"), load: () => import("@lighthouse-sd/haproxy") },
  { manifest: packageFields("@lighthouse-sd/rabbitmq"), load: async (entry) => await RABBITMQ[entry]?.() },
  { manifest: packageFields("@lighthouse-sd/postgresql"), load: async (entry) => await POSTGRESQL[entry]?.() },
  { manifest: packageFields("@lighthouse-sd/files"), load: () => import("@lighthouse-sd/files") },
  { manifest: packageFields("@lighthouse-sd/dns"), load: () => import("@lighthouse-sd/dns") },
  { manifest: packageFields("@lighthouse-sd/etcd"), load: () => import("@lighthouse-sd/etcd") },
  { manifest: packageFields("@lighthouse-sd/zookeeper"), load: () => import("@lighthouse-sd/zookeeper") },
  { manifest: packageFields("@lighthouse-sd/checks"), load: async (entry) => await CHECKS[entry]?.() },
  { manifest: packageFields("@lighthouse-sd/nginx"), load: () => import("@lighthouse-sd/nginx") },
];
