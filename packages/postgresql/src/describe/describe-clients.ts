import type { CallOptions, Cluster, NodeReport } from "@lighthouse-sd/core";
import { withConsole } from "../clients/pgbouncer-console.js";
import { viewMember } from "../clients/view-member.js";
import type { ClientSettings, PostgreSQLBlock } from "../config/postgresql-config.js";
import { memberKey } from "../members.js";
import { parseServices } from "../text/render-services.js";
import { readBytes } from "../write-checked.js";
import { clientReports } from "./client-reports.js";

/** Where clients on this host are sent: by the service file as it stands, and by the pgbouncer that runs. Rejects where
 * pgbouncer gives no answer. */
export async function describeClients(
  settings: ClientSettings,
  { config, nodes }: Cluster<PostgreSQLBlock>,
  options: CallOptions,
): Promise<readonly NodeReport[]> {
  const { connection, probe_timeout: timeout } = settings;
  const listed = settings.service_file === undefined ? null : await readBytes(settings.service_file);
  const services = parseServices(Buffer.from(listed ?? "", "latin1").toString("utf8"));
  const rows = await runningDatabases(settings, options);
  const found = (nodes ?? []).map(async (node) => ({
    node,
    view: connection === undefined ? undefined : await viewMember(node, connection, timeout, options.signal),
    services: Object.keys(config.services).filter((name) =>
      services.get(name)?.members.some(({ ip, port }) => memberKey({ ip, port }) === memberKey(node)),
    ),
    databases: config.pgbouncer
      .map(({ database }) => database)
      .filter((database) => rows.some((row) => row["name"] === database && leadsTo(row, node))),
  }));
  return clientReports(await Promise.all(found));
}

type Row = Readonly<Record<string, unknown>>;

async function runningDatabases({ pgbouncer }: ClientSettings, options: CallOptions): Promise<readonly Row[]> {
  if (pgbouncer === undefined) return [];
  return await withConsole(pgbouncer, options, (session) => session.query("SHOW DATABASES"));
}

function leadsTo(row: Row, { ip, port }: { readonly ip: string; readonly port: number }): boolean {
  return String(row["host"]).split(",").includes(ip) && Number(row["port"]) === port;
}
