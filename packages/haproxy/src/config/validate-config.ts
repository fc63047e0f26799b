import { ConfigError, type Problem, type SchemaValidator, schemaValidator } from "@lighthouse-sd/core";
import { configSchema } from "./config-schema.js";
import type { HAProxyConfig } from "./haproxy-config.js";
import { validateClusters } from "./validate-clusters.js";

const bySchema: SchemaValidator<HAProxyConfig> = schemaValidator(configSchema);

/** Checks a balancer's configuration, defaults filled in. */
export function validateConfig(value: unknown): HAProxyConfig {
  const config = bySchema(withoutEmpty(value));
  const problems = [
    ...processProblems(config),
    ...metaClusterProblems(config),
    ...upstreamProblems(config),
    ...conflicts(config),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function processProblems(config: HAProxyConfig): Problem[] {
  const { process } = config;
  const problems: Problem[] = [];
  const only = (key: string, mode: string): void => {
    if (key in process && process.mode !== mode) {
      problems.push({ path: ["process", key], message: `belongs to mode ${mode}, not ${process.mode}`, atKey: true });
    }
  };
  only("master_socket", "master");
  only("reload", "command");
  only("timeout", "command");
  if (process.mode === "command" && process.reload === undefined) {
    problems.push({ path: ["process"], message: '"reload" is required in mode command' });
  }
  if (process.mode === "daemon" && config.pid_file === undefined) {
    problems.push({ path: [], message: '"pid_file" is required in process mode daemon' });
  }
  if (process.mode === "master" && process.master_socket === undefined && config.pid_file === undefined) {
    problems.push({
      path: ["process"],
      message: '"master_socket" is required in mode master where there is no "pid_file"',
    });
  }
  return problems;
}

function metaClusterProblems(config: HAProxyConfig): Problem[] {
  return Object.keys(config.meta_cluster_ports)
    .filter((name) => Object.hasOwn(config.meta_clusters, name))
    .map((name) => ({ path: ["meta_cluster_ports", name], message: "stands in meta_clusters too", atKey: true }));
}

/** HAProxy names a server once. */
function upstreamProblems(config: HAProxyConfig): Problem[] {
  return Object.entries(config.proxies).flatMap(([name, { upstreams }]) => {
    const addresses = upstreams.map(({ host, port }) => `${host}:${port}`);
    return addresses.flatMap((address, index) => {
      if (addresses.indexOf(address) === index) return [];
      return [{ path: ["proxies", name, "upstreams", index], message: `${address} stands in this list already` }];
    });
  });
}

/** What the balancer's own parts take from one another. */
function conflicts(config: HAProxyConfig): Problem[] {
  return validateClusters(config, []).map((problem) => ({ ...problem, path: problem.path.slice(1) }));
}

/** A key with nothing behind it (`global:`) says as much as no key. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null));
}
