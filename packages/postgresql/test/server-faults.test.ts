import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireServer, waitFor } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withSession } from "../src/session.js";
import { Beside, cluster, member, PASSWORD, ReplicationSet } from "./support/replication-set.js";

const NOBODY = member(1, "127.0.0.9", "nobody.test");

describe.skipIf(!requireServer("postgresql"))("the files of one server", () => {
  let set: ReplicationSet;
  let beside: Beside;
  let fragment: string;
  let hba: string;
  const self = () => member(set.server(0).port);
  const orders = (...more: ReturnType<typeof member>[]) => cluster([self(), ...more]);
  const loaded = () => set.server(0).query("SELECT pg_conf_load_time()");

  beforeAll(async () => {
    set = await ReplicationSet.start(0);
    beside = new Beside(set, set.server(0));
    fragment = join(set.server(0).confDirectory, "90-lighthouse.conf");
    hba = set.server(0).hbaFile;
  });
  afterAll(async () => {
    await beside?.part.stop();
    await set?.stop();
  });

  test("a new member may replicate as soon as it is known, and not before", async () => {
    const login = () =>
      withSession(
        {
          host: "127.0.0.1",
          port: set.server(0).port,
          user: "replicator",
          passfile: set.passfile,
          database: "replication",
          replication: true,
          sslmode: "prefer",
          timeoutMs: 10_000,
          signal: new AbortController().signal,
        },
        (session) => session.query("IDENTIFY_SYSTEM"),
      );
    await expect(login()).rejects.toThrow(/no pg_hba\.conf entry/);
    const before = readFileSync(hba, "utf8");
    const { changes, problems } = await beside.pass(orders(NOBODY));
    expect(problems).toEqual([]);
    expect(changes).toEqual(["file pg_hba.conf", "runtime slot-created", "reload access"]);
    expect(await login()).toHaveLength(1);
    expect(readFileSync(hba, "utf8").startsWith(before)).toBe(true);
    expect((await beside.pass(orders(NOBODY))).changes).toEqual([]);
  });

  test("owner and mode of pg_hba.conf stay what they are", async () => {
    const before = statSync(hba);
    await beside.pass(orders());
    await beside.pass(orders(NOBODY, member(2, "127.0.0.10")));
    const after = statSync(hba);
    expect([after.uid, after.gid, after.mode]).toEqual([before.uid, before.gid, before.mode]);
  });

  test("what others do to the block is repaired; what they write around it stays", async () => {
    const ours = readFileSync(hba, "latin1");
    const text = `# caf\xe9 \xff\r\n${ours.replace(/^host replication "replicator" 127\.0\.0\.9.*\n/m, "")}\r\nlocal all all reject`;
    writeFileSync(hba, text, "latin1");
    const members = orders(NOBODY, member(2, "127.0.0.10"));
    expect((await beside.pass(members)).changes).toEqual(["file pg_hba.conf", "reload access"]);
    expect(readFileSync(hba, "latin1")).toBe(`# caf\xe9 \xff\r\n${ours}\r\nlocal all all reject`);
    writeFileSync(hba, ours, "latin1");
    expect((await beside.pass(members)).changes).toEqual([]);
  });

  test("a reload that fails is told, and made up for as soon as it can be", async () => {
    const members = orders(NOBODY, member(2, "127.0.0.11"));
    const [server, may] = [set.server(0), "EXECUTE ON FUNCTION pg_reload_conf()"];
    await server.query(`REVOKE ${may} FROM lighthouse`);
    const failed = await beside.pass(members);
    expect(failed.problems.join()).toMatch(/permission denied for function pg_reload_conf/);
    expect(failed.complete).toBe(false);
    expect(readFileSync(hba, "utf8")).toContain("127.0.0.11/32");
    expect((await beside.pass(members)).complete).toBe(false);
    await server.query(`GRANT ${may} TO lighthouse`);
    const { changes, complete } = await beside.pass(members);
    expect([changes, complete]).toEqual([["reload access"], true]);
    expect((await beside.pass(members)).changes).toEqual([]);
    await beside.pass(orders(NOBODY, member(2, "127.0.0.10")));
  });

  test("a pg_hba.conf with broken markers is left alone, and all else goes on", async () => {
    const ours = readFileSync(hba, "utf8");
    const broken = ours.replace("# END lighthouse orders\n", "");
    writeFileSync(hba, broken);
    const { changes, problems } = await beside.pass(orders(NOBODY, member(3, "127.0.0.11")));
    expect(problems.join()).toMatch(
      /pg_hba\.conf: line \d+: the block of Lighthouse for cluster orders is broken \(its BEGIN has no END\)/,
    );
    expect(changes).toEqual(["runtime slot-created"]);
    expect(readFileSync(hba, "utf8")).toBe(broken);
    writeFileSync(hba, ours);
    await beside.pass(orders(NOBODY, member(3, "127.0.0.11")));
  });

  test("nothing is added to a pg_hba.conf that the server cannot read already", async () => {
    const ours = readFileSync(hba, "utf8");
    writeFileSync(hba, `host all\n${ours}`);
    const { complete, problems } = await beside.pass(orders(NOBODY, member(8, "127.0.0.18")));
    expect(complete).toBe(false);
    expect(problems.join()).toMatch(/has an error already, .* \(line 1: .*\): correct that first/);
    expect(readFileSync(hba, "utf8")).toBe(`host all\n${ours}`);
    writeFileSync(hba, ours);
    await beside.pass(orders(NOBODY));
  });

  test("text that the server objects to does not stay for a moment longer than the question takes", async () => {
    const ours = readFileSync(hba, "utf8");
    const before = await loaded();
    const odd = cluster([self(), NOBODY, member(4, "127.0.0.12")], {
      hba: { user: "replicator", method: "md5", allow_trust: false },
    });
    const bad = {
      ...odd,
      config: { ...odd.config, hba: { ...odd.config.hba, method: "no-such-method" } },
    } as unknown as typeof odd;
    const { complete, problems } = await beside.pass(bad);
    expect(complete).toBe(false);
    expect(problems.join()).toMatch(
      /pg_hba\.conf: the server objects .*invalid authentication method "no-such-method".*stands as it was, nothing was reloaded/,
    );
    expect(readFileSync(hba, "utf8")).toBe(ours);
    expect(await loaded()).toBe(before);
    await set.server(0).shutDown();
    await set.server(0).start();
  });

  test("a server that is restarting, or gone, is an error; afterwards all is as before", async () => {
    await beside.pass(orders(NOBODY));
    await set.server(0).kill();
    await expect(beside.pass(orders(NOBODY))).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    await set.server(0).start();
    expect(await beside.pass(orders(NOBODY))).toMatchObject({ changes: [], complete: true });
  });

  test("a user that may not see how the server is configured is told what to grant", async () => {
    const { connection } = set.settings(set.server(0));
    const config_file = join(set.server(0).confDirectory, "91-lighthouse.conf");
    const blind = new Beside(set, set.server(0), { connection: { ...connection, user: "app" }, config_file });
    await expect(blind.pass(orders())).rejects.toThrow(
      /^the local server does not show this user what it is, and how it is configured \(permission denied .*\): GRANT pg_monitor TO it$/,
    );
    await blind.part.stop();
  });

  test("a server that hangs is an error within its limit", { timeout: 30_000 }, async () => {
    set.server(0).pause();
    try {
      await expect(beside.pass(orders(NOBODY))).rejects.toThrow(/^no answer within 3000 ms$/);
    } finally {
      set.server(0).resume();
    }
    expect((await beside.pass(orders(NOBODY))).complete).toBe(true);
  });

  test("a file that cannot be written stays as it is, and says why", async () => {
    const ours = readFileSync(hba, "utf8");
    const elsewhere = new Beside(set, set.server(0), {
      config_file: join(set.directory, "90-elsewhere.conf"),
      hba_file: join(set.directory, "missing", "pg_hba.conf"),
    });
    try {
      await expect(elsewhere.pass(orders())).rejects.toThrow(/missing\/pg_hba\.conf is not there/);
    } finally {
      await elsewhere.part.stop();
    }
    expect(readFileSync(hba, "utf8")).toBe(ours);
  });

  test("a fragment that the server does not include is taken away again", async () => {
    const synchronous = { mode: "any", allow_degrade: true };
    const file = join(set.directory, "90-elsewhere.conf");
    const elsewhere = new Beside(set, set.server(0), { config_file: file });
    const { problems } = await elsewhere.pass(cluster([self(), NOBODY], { synchronous }));
    expect(problems.join()).toMatch(/90-elsewhere\.conf: .*it is not included: add include_dir/);
    expect(() => statSync(file)).toThrow("ENOENT");
    await elsewhere.part.stop();
  });

  test("a file of somebody else is not taken over", async () => {
    writeFileSync(fragment, "work_mem = 8MB\n");
    await expect(beside.pass(orders(NOBODY))).rejects.toThrow(/90-lighthouse\.conf was not written by Lighthouse/);
    rmSync(fragment);
    await beside.pass(orders(NOBODY));
  });

  test("what was written, but not loaded, before the runner was killed is loaded by the next one", async () => {
    await beside.part.stop();
    const members = orders(NOBODY, member(5, "127.0.0.13", "killed.test"));
    const next = new Beside(set, set.server(0));
    expect((await next.pass(members)).changes).toContain("file pg_hba.conf");
    await next.part.stop();
    const before = await loaded();
    writeFileSync(hba, readFileSync(hba));
    const third = new Beside(set, set.server(0));
    expect((await third.pass(members)).changes).toEqual(["reload access"]);
    expect(await loaded()).not.toBe(before);
    expect((await third.pass(members)).changes).toEqual([]);
    await third.part.stop();
    beside = new Beside(set, set.server(0));
  });

  test("another database system than the one that is configured is not touched", async () => {
    const pinned = cluster([self()], { system_identifier: "1" });
    await expect(beside.pass(pinned)).rejects.toThrow(/is database system \d+, not 1 as cluster orders says/);
  });
});

describe.skipIf(!requireServer("postgresql"))("members that are not what they should be", () => {
  let set: ReplicationSet;
  let beside: Beside;
  beforeAll(async () => {
    set = await ReplicationSet.start(1);
    beside = new Beside(set, set.server(0));
  });
  afterAll(async () => {
    await beside?.part.stop();
    await set?.stop();
  });

  test("a server of another database system is not let in, gets no slot, and is told of", async () => {
    const foreign = await ReplicationSet.start(0, ["listen_addresses = '127.0.0.7'"]);
    try {
      const server = foreign.server(0);
      server.writeHba(["local all all trust", "host replication replicator 127.0.0.1/8 scram-sha-256"]);
      await server.query("SELECT pg_reload_conf()");
      const nodes = [member(set.server(0).port), member(server.port, "127.0.0.7", "foreign.test")];
      const { problems, changes } = await beside.pass(cluster(nodes));
      expect(problems.join()).toMatch(
        /127\.0\.0\.7:\d+ belongs to another database system .* is not let in, gets no slot, and is not followed/,
      );
      expect(changes).toEqual(["file pg_hba.conf", "reload access"]);
      expect(readFileSync(set.server(0).hbaFile, "utf8")).not.toContain("127.0.0.7");
      const standby = new Beside(set, set.server(1));
      const followed = await standby.pass(cluster([member(set.server(1).port), ...nodes.slice(1)]));
      expect(followed.changes).not.toContain("reload follow");
      await standby.part.stop();
    } finally {
      await foreign.stop();
    }
  });

  test("one that hangs holds a pass up for probe_timeout, and no longer", async () => {
    const quick = new Beside(set, set.server(0), { probe_timeout: "300ms" });
    await beside.part.stop();
    set.server(1).pause();
    try {
      const nodes = [member(set.server(0).port), member(set.server(1).port)];
      const { complete } = await quick.pass(cluster(nodes));
      expect(complete).toBe(true);
    } finally {
      set.server(1).resume();
      await quick.part.stop();
    }
  });

  test("a wrong password is told of, without it", async () => {
    const wrong = join(set.directory, "wrong");
    writeFileSync(wrong, "*:*:*:*:no-such-word\n", { mode: 0o600 });
    const standby = new Beside(set, set.server(1), {
      replication: { user: "replicator", passfile: wrong, sslmode: "prefer" },
    });
    const nodes = [member(set.server(0).port), member(set.server(1).port)];
    await beside.pass(cluster(nodes));
    const { problems } = await standby.pass(cluster(nodes));
    expect(problems.join()).toMatch(
      /no member answers as a primary \(.*password authentication failed for user "replicator"/,
    );
    expect([...problems, ...standby.log].join()).not.toMatch(
      new RegExp(`no-such-word|${PASSWORD.replace("\\", "\\\\")}`),
    );
    await standby.part.stop();
  });

  test("a primary_conninfo in postgresql.auto.conf is told of, with what resets it", async () => {
    const nodes = [member(set.server(0).port), member(set.server(1).port)];
    await set.server(1).query("ALTER SYSTEM SET primary_conninfo = 'host=nowhere'");
    const standby = new Beside(set, set.server(1));
    const { problems } = await standby.pass(cluster(nodes));
    expect(problems.join()).toMatch(
      /primary_conninfo is set again at .*postgresql\.auto\.conf:\d+, .*ALTER SYSTEM RESET primary_conninfo; SELECT pg_reload_conf\(\);/,
    );
    await set.server(1).query("ALTER SYSTEM RESET primary_conninfo");
    await set.server(1).query("SELECT pg_reload_conf()");
    expect((await standby.pass(cluster(nodes))).problems).toEqual([]);
    const streams = () => set.server(1).query("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'");
    await waitFor(async () => (await streams()) === "1", { what: "the standby to stream", deadlineMs: 30_000 });
    await standby.part.stop();
  });

  test("slots are not kept without a limit, unless that is accepted", async () => {
    await set.server(0).query("ALTER SYSTEM SET max_slot_wal_keep_size = -1");
    await set.server(0).query("SELECT pg_reload_conf()");
    const nodes = [member(set.server(0).port), member(set.server(1).port), NOBODY];
    const refused = await beside.pass(cluster(nodes));
    expect(refused.problems.join()).toMatch(/no slots are made: with max_slot_wal_keep_size = -1/);
    expect(refused.changes).not.toContain("runtime slot-created");
    const accepted = await beside.pass(cluster(nodes, { slots: { allow_unbounded: true } }));
    expect(accepted.changes).toContain("runtime slot-created");
    await set.server(0).query("ALTER SYSTEM RESET max_slot_wal_keep_size");
    await set.server(0).query("SELECT pg_reload_conf()");
  });

  test("a member that is gone leaves its slot after drop_after and pg_hba.conf after keep_absent; a slot in use stays", async () => {
    const [n1, n2] = [member(set.server(0).port), member(set.server(1).port)];
    const block = { slots: { drop_after: "30m" }, keep_absent: "1h", mass_removal: "follow" };
    const slots = () => set.server(0).query("SELECT slot_name FROM pg_replication_slots ORDER BY 1");
    const streams = () => set.server(1).query("SELECT slot_name FROM pg_stat_wal_receiver WHERE status = 'streaming'");
    const standby = new Beside(set, set.server(1));
    await waitFor(
      async () => {
        await beside.pass(cluster([n1, n2, NOBODY], block));
        await standby.pass(cluster([n1, n2, NOBODY], block));
        return (await streams()).startsWith("lh_");
      },
      { what: "the standby to stream by its slot", deadlineMs: 30_000, everyMs: 100 },
    );
    const inUse = await streams();
    expect(await slots()).toContain("lh_nobody_test_1");
    for (const [minutes, hasSlot, isLetIn] of [
      [0, true, true],
      [29, true, true],
      [31, false, true],
      [59, false, true],
      [61, false, false],
    ] as const) {
      beside.now = minutes * 60_000;
      await beside.pass(cluster([n1], block));
      expect([minutes, (await slots()).includes("lh_nobody_test_1")]).toEqual([minutes, hasSlot]);
      expect([minutes, readFileSync(set.server(0).hbaFile, "utf8").includes("127.0.0.9")]).toEqual([minutes, isLetIn]);
      expect(await slots()).toContain(inUse);
    }
    await standby.part.stop();
  });
});
