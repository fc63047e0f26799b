import { type PostgresqlServer, startPostgresql, tempDirectory } from "@lighthouse-sd/test-servers";
import { onTestFinished } from "vitest";

/** A primary, and standbys of these names that follow it; `probe` may log in to each without a password. All end with the
 * test. */
export async function startPostgresqlServers(
  probe: string,
  standbys: readonly string[],
): Promise<readonly PostgresqlServer[]> {
  const { path: directory, remove } = await tempDirectory();
  onTestFinished(remove);
  const hba = [`host postgres ${probe} 127.0.0.1/32 trust`];
  const primary = await startPostgresql({ directory, name: "n1", hba });
  onTestFinished(() => primary.kill());
  await primary.query(`CREATE ROLE ${probe} LOGIN`);
  const servers = [primary];
  for (const name of standbys) {
    const settings = [`primary_conninfo = '${upstream(primary)}'`];
    const standby = await startPostgresql({ directory, name, hba, settings, copyOf: primary });
    onTestFinished(() => standby.kill());
    servers.push(standby);
  }
  return servers;
}

/** How a standby connects to a server. */
export function upstream({ socketDirectory, port }: PostgresqlServer): string {
  return `host=${socketDirectory} port=${port} user=postgres`;
}
