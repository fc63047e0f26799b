import { execFile } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { postgresqlBinary, requireServer, tempDirectory, waitFor } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import { explainSilence } from "../src/server/explain-silence.js";
import { renderFragment } from "../src/text/render-fragment.js";
import { type MovedConfiguration, moveConfiguration } from "./support/moved-configuration.js";
import { Beside, cluster, contextOf, member, ReplicationSet } from "./support/replication-set.js";

test("a server that lets nobody in, by a fragment that is another member's, is told how to be helped", async () => {
  const { path, remove } = await tempDirectory();
  onTestFinished(remove);
  const file = join(path, "90-lighthouse.conf");
  const settings = {
    cluster: "orders",
    connection: { host: "/run", port: 5432, user: "l", database: "d", sslmode: "prefer" },
    config_file: file,
  } as const;
  const explain = (error: Error) =>
    explainSilence(error, settings, [cluster([member(5432, "127.0.0.1", "n1.test")])], contextOf(path));
  const silent = Object.assign(new Error("not yet accepting connections"), { code: "57P03" });
  writeFileSync(file, renderFragment({ primary_conninfo: "host=10.0.0.1 application_name=lh_n1_test_5432" }));
  expect(await explain(silent)).toBe(silent);
  writeFileSync(file, renderFragment({ primary_conninfo: "host=10.0.0.1 application_name=lh_n2_test_5432" }));
  expect(((await explain(silent)) as Error).message).toBe(
    `not yet accepting connections: ${file} is another member's (it says lh_n2_test_5432; this server is lh_n1_test_5432), as pg_rewind leaves it: remove it and reload the server (pg_ctl reload), and it is written anew`,
  );
  const refused = new Error("connect ECONNREFUSED");
  expect(await explain(refused)).toBe(refused);
});

describe.skipIf(!requireServer("postgresql"))("an old primary whose configuration lies with its data", () => {
  test("follows as itself after pg_rewind has given it the new primary's files", { timeout: 180_000 }, async () => {
    const set = await ReplicationSet.start(1, ["full_page_writes = on"]);
    onTestFinished(() => set.stop());
    const [old, fresh] = [set.server(0), set.server(1)];
    const files: MovedConfiguration[] = [];
    for (const server of set.servers) files.push(await moveConfiguration(server, join(server.dataDirectory, "own")));
    const [oldFiles, freshFiles] = files;
    if (oldFiles === undefined || freshFiles === undefined) throw new Error("there are two servers");
    const operators = "# what the operator of n2 wrote\n";
    appendFileSync(freshFiles.hbaFile, operators);
    const sides = set.servers.map((server, index) => {
      const beside = new Beside(set, server, { config_file: files[index]?.fragment ?? "" });
      onTestFinished(() => beside.part.stop());
      return beside;
    });
    const [besideOld, besideFresh] = sides as [Beside, Beside];
    const orders = cluster(set.servers.map(({ port }) => member(port)));
    const slot = ({ port }: { readonly port: number }): string => `lh_db${port}_test_${port}`;
    const streams = (from: typeof old, to: typeof old) =>
      waitFor(
        async () => {
          for (const side of sides) await side.pass(orders);
          const row = "SELECT sender_port, slot_name FROM pg_stat_wal_receiver WHERE status = 'streaming'";
          return (await to.query(row)) === `${from.port}|${slot(to)}`;
        },
        { what: `${to.name} to stream from ${from.name} by its slot`, deadlineMs: 60_000, everyMs: 100 },
      );
    await streams(old, fresh);

    await fresh.promote();
    await fresh.query("CHECKPOINT");
    await old.query("CREATE TABLE lost (n int)");
    await old.shutDown();
    const { uid, gid } = statSync(old.dataDirectory);
    const source = `host=${fresh.socketDirectory} port=${fresh.port} user=postgres dbname=postgres`;
    const rewind = ["-D", old.dataDirectory, `--source-server=${source}`, "-R", "--no-sync"];
    await promisify(execFile)(join(dirname(postgresqlBinary("postgres")), "pg_rewind"), rewind, {
      uid,
      gid,
      cwd: "/",
      timeout: 120_000,
    });
    expect(readFileSync(oldFiles.fragment, "utf8")).toContain(`application_name=${slot(fresh)}`);
    const started = old.start();
    const told = async (): Promise<string> =>
      besideOld.pass(orders).then(
        () => "",
        (error: Error) => error.message,
      );
    // Whether it comes far enough to let anybody in depends on the WAL that came along.
    let said = "";
    const isTold = async (): Promise<boolean> => {
      said = await told();
      return said === "" || said.includes("is another member's");
    };
    await waitFor(isTold, { what: "n1's balancer to get in, or to say why not", deadlineMs: 60_000 });
    if (said !== "") {
      rmSync(oldFiles.fragment);
      const [postmaster] = readFileSync(join(old.dataDirectory, "postmaster.pid"), "utf8").split("\n");
      process.kill(Number(postmaster), "SIGHUP");
    }
    await started;

    await besideFresh.pass(orders);
    const { problems } = await besideOld.pass(orders);
    const [, reset = ""] = /reset it with: (ALTER SYSTEM RESET primary_conninfo);/.exec(problems.join()) ?? [];
    await old.query(reset);
    await old.query("SELECT pg_reload_conf()");
    expect(readFileSync(oldFiles.fragment, "utf8")).toContain(`application_name=${slot(old)}'`);
    expect(readFileSync(oldFiles.hbaFile, "utf8")).toContain(operators);
    await streams(fresh, old);
  });
});
