import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  giveToServer,
  type PostgresqlServer,
  requireServer,
  startPostgresql,
  tempDirectory,
} from "@lighthouse-sd/test-servers";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SaltedPasswords } from "../src/salted-passwords.js";
import { withSession } from "../src/session.js";
import { type FakeServer, startFakeServer } from "./support/fake-server.js";

const { signal } = new AbortController();

/** What the server answers, or why it did not let in. */
function logIn(port: number, user: string, passfile?: string): Promise<string> {
  const where = { host: "127.0.0.1", port, user, database: "postgres", sslmode: "prefer" } as const;
  const options = { ...where, ...(passfile === undefined ? {} : { passfile }), timeoutMs: 20_000, signal };
  return withSession(options, async (session) => {
    const [row] = await session.query("SELECT 'let in ' || current_user AS answer");
    return String(row?.["answer"]);
  }).catch((error: Error) => error.message);
}

describe.skipIf(!requireServer("postgresql"))("a login at a real server", () => {
  let directory: string;
  let remove: () => Promise<void>;
  let server: PostgresqlServer;
  let passfile: string;

  beforeAll(async () => {
    ({ path: directory, remove } = await tempDirectory());
    passfile = join(directory, "passfile");
    const methods = ["scram-sha-256", "md5", "password"].map((method) => `host all u_${method} 127.0.0.1/32 ${method}`);
    server = await startPostgresql({ directory, hba: [...methods, "host all all 127.0.0.1/32 scram-sha-256"] });
  });
  afterAll(async () => {
    await server?.kill();
    await remove();
  });

  function note(user: string, password: string): void {
    writeFileSync(passfile, `*:*:*:${user}:${password.replace(/[\\:]/g, "\\$&")}\n`, { mode: 0o600 });
    giveToServer(passfile);
  }

  async function setPassword(user: string, password: string, how = "scram-sha-256"): Promise<void> {
    const quoted = `'${password.replaceAll("'", "''")}'`;
    await server.query(
      `SET password_encryption = '${how}'; DROP ROLE IF EXISTS "${user}"; CREATE ROLE "${user}" LOGIN PASSWORD ${quoted}`,
    );
  }

  test.each(["scram-sha-256", "md5", "password"])("works by %s, again and again", async (method) => {
    await setPassword(`u_${method}`, "se'cret", method === "md5" ? "md5" : "scram-sha-256");
    note(`u_${method}`, "se'cret");
    for (let time = 0; time < 3; time++) {
      expect(await logIn(server.port, `u_${method}`, passfile)).toBe(`let in u_${method}`);
    }
  });

  test.each([
    ["of printable ASCII", " !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~ "],
    ["beyond ASCII", "pässwörd → 密码"],
    ["that has to be prepared: ligatures, soft hyphens, other spaces", "ﬁx\u00ad\u00a0Å"],
    ["of a control character", "a\tb"],
  ])("takes a password %s", async (_what, password) => {
    await setPassword("odd", password);
    note("odd", password);
    for (let time = 0; time < 2; time++) expect(await logIn(server.port, "odd", passfile)).toBe("let in odd");
  });

  test("follows a password that is set anew, and one that is written anew", async () => {
    const refused = 'password authentication failed for user "app"';
    await setPassword("app", "first");
    note("app", "first");
    expect(await logIn(server.port, "app", passfile)).toBe("let in app");
    await setPassword("app", "second");
    expect(await logIn(server.port, "app", passfile)).toBe(refused);
    note("app", "second");
    expect(await logIn(server.port, "app", passfile)).toBe("let in app");
    note("app", "first");
    expect(await logIn(server.port, "app", passfile)).toBe(refused);
  });

  test("says which password is missing, whatever the environment holds", async () => {
    await setPassword("app", "first");
    note("somebody else", "first");
    process.env["PGPASSWORD"] = "first";
    try {
      const wanted = "the server wants a password of user app";
      expect(await logIn(server.port, "app")).toBe(`${wanted}: set passfile`);
      const line = `127.0.0.1:${server.port}:postgres:app`;
      expect(await logIn(server.port, "app", passfile)).toBe(`${wanted}: add a line to ${passfile} for ${line}`);
    } finally {
      delete process.env["PGPASSWORD"];
    }
  });
});

describe("a server that does not know the password", () => {
  let server: FakeServer;
  let remove: () => Promise<void>;
  let passfile: string;
  let say: (heard: string) => Buffer | undefined;

  beforeEach(async () => {
    const { path, remove: removeAll } = await tempDirectory();
    remove = removeAll;
    passfile = join(path, "passfile");
    writeFileSync(passfile, "*:*:*:*:secret\n", { mode: 0o600 });
    server = await startFakeServer((socket) => {
      socket.on("data", (data) => {
        const isTlsQuestion = data.length === 8;
        const answer = isTlsQuestion ? Buffer.from("N") : say(data.toString("latin1"));
        if (answer !== undefined) socket.write(answer);
      });
    });
  });
  afterEach(async () => {
    await server.stop();
    await remove();
  });

  const SASL = authentication(10, "SCRAM-SHA-256\0\0");
  const IN = Buffer.concat([authentication(0), Buffer.from([0x5a, 0, 0, 0, 5, 0x49])]);
  const NONCE = /r=([\w+/=]+)$/;

  /** The answer to the start, to the client's first message with its nonce, and to its proof. */
  type Script = readonly [start: Buffer, first: (nonce: string) => Buffer, proof: Buffer];
  const IMPOSTOR = "the server cannot prove that it knows this user's password: it is not the one that it seems to be";
  const challenge = (nonce: string, more = ",s=c2FsdA==,i=4096"): Buffer => authentication(11, `r=${nonce}${more}`);

  test.each<readonly [string, Script, string]>([
    ["a wrong proof", [SASL, (ours) => challenge(`${ours}x`), authentication(12, `v=${"A".repeat(43)}=`)], IMPOSTOR],
    ["a short proof", [SASL, (ours) => challenge(`${ours}x`), authentication(12, "v=")], IMPOSTOR],
    ["no proof", [SASL, (ours) => challenge(`${ours}x`), IN], IMPOSTOR],
    ["no question", [SASL, () => IN, IN], IMPOSTOR],
    ["a proof without a question", [SASL, () => authentication(12, "v=AAAA"), IN], IMPOSTOR],
    [
      "another login's nonce",
      [SASL, () => challenge("another"), IN],
      "the server's SCRAM challenge answers another login than this one",
    ],
    [
      "our own nonce",
      [SASL, (ours) => challenge(ours), IN],
      "the server's SCRAM challenge answers another login than this one",
    ],
    [
      "no iterations",
      [SASL, (ours) => challenge(`${ours}x`, ",s=c2FsdA==,i=0"), IN],
      "the server's SCRAM challenge is none: \"r=",
    ],
    ["no salt", [SASL, (ours) => challenge(`${ours}x`, ",i=4096"), IN], "the server's SCRAM challenge is none: \"r="],
    [
      "work without end",
      [SASL, (ours) => challenge(`${ours}x`, ",s=c2FsdA==,i=2000000000"), IN],
      "the server wants the password hashed 2000000000 times, and 100000 is the most",
    ],
  ])("%s is a refusal", async (_what, [start, first, proof], message) => {
    say = (heard) => {
      if (heard.includes("SCRAM-SHA-256")) return first(NONCE.exec(heard)?.[1] ?? "none");
      return heard.startsWith("p") ? proof : start;
    };
    expect(await logIn(server.port, "app", passfile)).toContain(message);
  });
});

describe("what is no PostgreSQL server", () => {
  const ERROR = message("E", "SFATAL\0C28P01\0Mno\0\0");

  /** What has come is read, in pieces of that many bytes. */
  async function refusal(said: Buffer, pieces: number): Promise<string> {
    const server = await startFakeServer((socket) => {
      socket.once("data", () => {
        socket.write("N");
        socket.once("data", () => {
          for (let at = 0; at < said.length; at += pieces) socket.write(said.subarray(at, at + pieces));
          socket.end();
        });
      });
      socket.setNoDelay(true);
    });
    try {
      return await logIn(server.port, "app");
    } finally {
      await server.stop();
    }
  }

  const NONE = "what answers does not speak as a PostgreSQL server does: ";
  test.each<readonly [string, Buffer, string]>([
    ["an error", ERROR, "no"],
    ["an error without a reason", message("E", "SFATAL\0C28P01\0\0"), "the server refuses, and gives no reason"],
    ["an error that does not end", message("E", "SFATAL\0Mno\0"), `${NONE}a message "E" without an end`],
    ["an error of nothing", message("E", ""), `${NONE}a message "E" without an end`],
    ["a notice that does not end", message("N", "SWARNING"), `${NONE}a message "N" without an end`],
    ["a message without a length", Buffer.from([0x52, 0, 0, 0, 0]), `${NONE}a message "R" of 0 bytes`],
    ["a message without an end", Buffer.from([0x52, 255, 255, 255, 255]), `${NONE}a message "R" of 4294967295 bytes`],
    ["another protocol", Buffer.from("SSH-2.0-OpenSSH_9.2p1\r\n"), `${NONE}a message "S" of 1397239090 bytes`],
    ["a login of nothing", message("R", ""), NONE],
  ])("%s is a refusal that says so", async (_what, said, wanted) => {
    for (const pieces of [1000, 3, 1]) expect(await refusal(said, pieces)).toContain(wanted);
  });

  test("whatever it says, a login to it comes to an end", async () => {
    const type = fc.constantFrom(..."RESTDCNZAKIGHWdcvtn123".split(""));
    const body = fc.string({
      unit: fc.constantFrom("\0", "\x01", "\x0a", "\x0b", "\x0c", "S", "r=", "\xff"),
      maxLength: 40,
    });
    const said = fc.array(fc.tuple(type, body), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(said, fc.constantFrom(1, 7, 1000), async (messages, pieces) => {
        const bytes = Buffer.concat(messages.map(([code, data]) => message(code, data)));
        expect(await refusal(bytes, pieces)).not.toBe("");
      }),
      { numRuns: 200 },
    );
  });
});

describe("a salted password", () => {
  const salt = Buffer.from("0123456789abcdef");

  test("is made once for each login, and anew when the password, the salt or the count is another", async () => {
    const kept = new SaltedPasswords();
    const first = await kept.salted("app@a:1", "secret", salt, 4096);
    expect(await kept.salted("app@a:1", "secret", Buffer.from(salt), 4096)).toBe(first);
    expect(await kept.salted("app@b:1", "secret", salt, 4096)).toEqual(first);
    expect(await kept.salted("app@a:1", "another", salt, 4096)).not.toEqual(first);
    expect(await kept.salted("app@a:1", "secret", Buffer.from("another"), 4096)).not.toEqual(first);
    expect(await kept.salted("app@a:1", "secret", salt, 4097)).not.toEqual(first);
    expect(await kept.salted("app@a:1", "secret", salt, 4096)).toEqual(first);
  });

  test("of a login that is long gone is forgotten", async () => {
    const kept = new SaltedPasswords();
    const first = await kept.salted("app@0:1", "secret", salt, 1);
    for (let host = 1; host <= 999; host++) await kept.salted(`app@${host}:1`, "secret", salt, 1);
    expect(await kept.salted("app@0:1", "secret", salt, 1)).toBe(first);
    await kept.salted("app@1000:1", "secret", salt, 1);
    expect(await kept.salted("app@0:1", "secret", salt, 1)).not.toBe(first);
  });
});

/** A message about a login: what it is about, and more. */
function authentication(code: number, data = ""): Buffer {
  return message("R", `\0\0\0${String.fromCharCode(code)}${data}`);
}

/** A message of PostgreSQL's: its type, its length, its body. */
function message(type: string, body: string): Buffer {
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([header, Buffer.from(body, "latin1")]);
}
