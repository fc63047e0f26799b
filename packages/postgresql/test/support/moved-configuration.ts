import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { giveToServer, type PostgresqlServer } from "@lighthouse-sd/test-servers";

/** Where a server reads its pg_hba.conf and the last of its settings. */
export interface MovedConfiguration {
  readonly hbaFile: string;
  readonly fragment: string;
}

/** From now on `server` reads its pg_hba.conf, a copy of the one that it has, and its last settings below `directory`. */
export async function moveConfiguration(server: PostgresqlServer, directory: string): Promise<MovedConfiguration> {
  const confDirectory = join(directory, "conf.d");
  const hbaFile = join(directory, "pg_hba.conf");
  mkdirSync(confDirectory, { recursive: true, mode: 0o755 });
  copyFileSync(server.hbaFile, hbaFile);
  for (const path of [directory, confDirectory, hbaFile]) giveToServer(path);
  const settings = `hba_file = '${hbaFile}'\ninclude_dir = '${confDirectory}'\n`;
  writeFileSync(join(server.confDirectory, "10-moved.conf"), settings);
  await server.shutDown();
  await server.start();
  return { hbaFile, fragment: join(confDirectory, "90-lighthouse.conf") };
}
