import { expect, onTestFinished, test } from "vitest";
import { requireServer, startPgbouncer, startPostgresql, tempDirectory, waitFor } from "../src/index.js";

test.skipIf(!requireServer("postgresql"))("a primary, a standby that follows it, and a promotion", async () => {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  const primary = await startPostgresql({ directory: directory.path, name: "n1" });
  onTestFinished(() => primary.kill());
  const upstream = `host=${primary.socketDirectory} port=${primary.port} user=postgres`;
  const standby = await startPostgresql({
    directory: directory.path,
    name: "n2",
    copyOf: primary,
    settings: [`primary_conninfo = '${upstream}'`],
  });
  onTestFinished(() => standby.kill());
  await primary.query("CREATE TABLE t AS SELECT 7 AS n");
  await waitFor(async () => (await standby.query("SELECT n FROM t")) === "7", { what: "the row on the standby" });
  await primary.kill();
  await expect(primary.query("SELECT 1")).rejects.toThrow();
  await standby.promote();
  expect(await standby.query("SELECT pg_is_in_recovery()")).toBe("f");
  await primary.start();
  expect(await primary.query("SELECT n FROM t")).toBe("7");
});

test.skipIf(!requireServer("pgbouncer"))("a pgbouncer accepts connections until it is stopped", async () => {
  const directory = await tempDirectory();
  onTestFinished(() => directory.remove());
  const server = await startPgbouncer({ directory: directory.path, include: `${directory.path}/databases.ini` });
  onTestFinished(() => server.stop());
  expect(server.port).toBeGreaterThan(0);
  await server.stop();
});
