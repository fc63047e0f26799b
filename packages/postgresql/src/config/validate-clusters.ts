import type { Cluster, Problem } from "@lighthouse-sd/core";
import type { PostgreSQLBlock, PostgreSQLConfig } from "./postgresql-config.js";

type ClusterOf = Omit<Cluster<PostgreSQLBlock>, "nodes" | "live">;

/** What no schema sees: a method that lets everybody in, a count that can never be reached, two services or databases of
 * one name. */
export function validateClusters(config: PostgreSQLConfig, clusters: readonly ClusterOf[]): readonly Problem[] {
  return [
    ...clusters.flatMap(({ name, config: block }) => [
      ...hbaProblems(name, block),
      ...countProblems(name, block),
      ...lengthProblems(name, block),
    ]),
    ...duplicates(clusters, "services", (block) => (config.clients?.service_file ? Object.keys(block.services) : [])),
    ...duplicates(clusters, "pgbouncer", (block) =>
      config.clients?.pgbouncer ? block.pgbouncer.map(({ database }) => database) : [],
    ),
  ];
}

function hbaProblems(name: string, { hba }: PostgreSQLBlock): readonly Problem[] {
  if (hba === undefined) return [];
  const problems: Problem[] = [];
  if (hba.user === undefined && hba.extra.length === 0) {
    problems.push({ path: [name, "hba"], message: '"user" or "extra" is required: nobody would be let in' });
  }
  if ((hba.method === "trust" || hba.method === "password") && !hba.allow_trust) {
    const why =
      hba.method === "trust"
        ? "lets everybody in on a member's address"
        : "sends the password as it is over the network";
    problems.push({ path: [name, "hba", "method"], message: `${hba.method} ${why}; allow_trust: true accepts that` });
  }
  if (hba.method === "cert" && !hba.ssl) {
    problems.push({ path: [name, "hba", "method"], message: "cert works over TLS alone: set ssl: true" });
  }
  return problems;
}

function countProblems(name: string, { synchronous }: PostgreSQLBlock): readonly Problem[] {
  const { mode, count, min_standbys: fewest } = synchronous;
  if (mode === "off" || count <= fewest) return [];
  const message = `must be at least count (${count}), or commits wait for standbys that are not listed; got ${fewest}`;
  return [{ path: [name, "synchronous", "min_standbys"], message }];
}

/** The server counts a name's bytes. */
function lengthProblems(name: string, { hba, pgbouncer }: PostgreSQLBlock): readonly Problem[] {
  const names: (readonly [readonly (string | number)[], string | undefined])[] = [
    [["hba", "user"], hba?.user],
    ...(hba?.extra ?? []).flatMap(({ database, user }, index) => [
      [["hba", "extra", index, "database"], database] as const,
      [["hba", "extra", index, "user"], user] as const,
    ]),
    ...pgbouncer.map(({ dbname }, index) => [["pgbouncer", index, "dbname"], dbname] as const),
  ];
  return names.flatMap(([path, text]) => {
    const bytes = Buffer.byteLength(text ?? "");
    return bytes <= 63 ? [] : [{ path: [name, ...path], message: `has ${bytes} bytes; PostgreSQL keeps 63 of a name` }];
  });
}

function duplicates(
  clusters: readonly ClusterOf[],
  key: "services" | "pgbouncer",
  namesOf: (block: PostgreSQLBlock) => readonly string[],
): readonly Problem[] {
  const holders = new Map<string, string>();
  return clusters.flatMap(({ name: cluster, config }) =>
    namesOf(config).flatMap((name, index) => {
      const holder = holders.get(name);
      if (holder === undefined) {
        holders.set(name, cluster);
        return [];
      }
      const place = key === "services" ? name : index;
      return [{ path: [cluster, key, place], message: `"${name}" is there already, in cluster ${holder}` }];
    }),
  );
}
