import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { postgresqlBinary } from "@lighthouse-sd/test-servers";

/** The port of the PostgreSQL server that answers behind a port of a proxy. Rejects where none does. */
export async function postgresqlPort(port: number): Promise<number> {
  const conninfo = `host=127.0.0.1 port=${port} user=lighthouse_probe dbname=postgres connect_timeout=5`;
  const args = ["-XAtq", "-d", conninfo, "-c", "SELECT inet_server_port()"];
  const { stdout } = await promisify(execFile)(postgresqlBinary("psql"), args, { timeout: 10_000 });
  return Number(stdout);
}
