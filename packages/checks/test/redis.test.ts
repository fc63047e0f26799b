import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  certificateAuthority,
  eventually,
  type ListeningServer,
  requireServer,
  startRedis,
  startTcpProxy,
} from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import RedisCheck from "../src/redis-check.js";
import { configured, directoryForTest, oddServer, outcome, outcomeOf } from "./checking.js";

const SECRET = "s3cret word";

/** A Redis server of its own, with a file that holds its password. */
async function redis(
  ...settings: readonly string[]
): Promise<{ readonly directory: string; readonly server: ListeningServer }> {
  const directory = await directoryForTest();
  await writeFile(join(directory, "password"), `${SECRET}\n`);
  const server = await startRedis({ directory, settings });
  onTestFinished(() => server.stop());
  return { directory, server };
}

describe.skipIf(!requireServer("redis"))("a Redis server", () => {
  test("passes as it is, with no setting at all, and leaves no connection", async () => {
    const { server } = await redis("loglevel debug");
    expect(await outcome(RedisCheck, {}, server.port)).toBe("passed");
    await eventually(() => expect(server.output).toMatch(/Client closed connection/));
  });

  test("that wants a password fails without one, and passes with it", async () => {
    const { directory, server } = await redis(`requirepass "${SECRET}"`);
    expect(await outcome(RedisCheck, {}, server.port)).toBe(
      `redis 127.0.0.1:${server.port}: wanted PONG in answer to PING, got the error "NOAUTH Authentication required."; set password_file`,
    );
    expect(await outcome(RedisCheck, { password_file: "password" }, server.port, directory)).toBe("passed");
  });

  test("sees a password that was replaced from the next check on", async () => {
    const { directory, server } = await redis(`requirepass "${SECRET}"`);
    await writeFile(join(directory, "password"), "of last year");
    const check = await configured(RedisCheck, { password_file: "password" }, directory);
    const { signal } = new AbortController();
    const refused = await outcomeOf(check, server.port, signal);
    expect(refused).toMatch(
      /wanted OK in answer to AUTH, got the error "WRONGPASS .*"; see password_file and username$/,
    );
    expect(refused).not.toContain("of last year");
    await writeFile(join(directory, "password"), SECRET);
    expect(await outcomeOf(check, server.port, signal)).toBe("passed");
  });

  test("lets in the ACL user that is configured, as far as its rights go", async () => {
    const { directory, server } = await redis(`user watch on ">${SECRET}" +ping`);
    const config = { username: "watch", password_file: "password" };
    expect(await outcome(RedisCheck, config, server.port, directory)).toBe("passed");
    expect(await outcome(RedisCheck, { ...config, role: "master" }, server.port, directory)).toMatch(
      /wanted master in answer to ROLE, got the error "NOPERM .*"; allow the user this command$/,
    );
  });

  test("fails where its password file is missing, and names it", async () => {
    const { directory, server } = await redis();
    expect(await outcome(RedisCheck, { password_file: "nothing" }, server.port, directory)).toMatch(
      /cannot read the secret file .*\/nothing: ENOENT \(there is no such file\)/,
    );
  });

  test("has to have the role that is wanted", async () => {
    const master = await redis();
    const replica = await redis(`replicaof 127.0.0.1 ${master.server.port}`);
    expect(await outcome(RedisCheck, { role: "master" }, master.server.port)).toBe("passed");
    expect(await outcome(RedisCheck, { role: "replica" }, replica.server.port)).toBe("passed");
    expect(await outcome(RedisCheck, { role: "master" }, replica.server.port)).toMatch(
      /: wanted master in answer to ROLE, got "replica"$/,
    );
  });

  test("that hangs fails at the deadline", async () => {
    const { server } = await redis();
    const proxy = await startTcpProxy({ targetPort: server.port });
    onTestFinished(() => proxy.stop());
    server.pause();
    const stop = new AbortController();
    const performing = outcomeOf(await configured(RedisCheck), proxy.port, stop.signal);
    await eventually(() => expect(proxy.bytes["to-server"]).toBeGreaterThan(0));
    stop.abort();
    expect(await performing).toBe(`redis 127.0.0.1:${proxy.port}: its time was up while waiting for the answer`);
    server.resume();
    expect(await outcome(RedisCheck, {}, server.port)).toBe("passed");
  });

  test("that speaks TLS alone passes with TLS, its certificate verified or not", async () => {
    const directory = await directoryForTest();
    const authority = await certificateAuthority(directory);
    const { certFile, keyFile } = await authority.issue("cache.test");
    const tls = [`tls-cert-file ${certFile}`, `tls-key-file ${keyFile}`, `tls-ca-cert-file ${authority.caFile}`];
    const server = await startRedis({
      directory,
      settings: ["port 0", "tls-port %PORT%", "tls-auth-clients no", ...tls],
    });
    onTestFinished(() => server.stop());
    expect(await outcome(RedisCheck, { tls: {} }, server.port)).toBe("passed");
    expect(await outcome(RedisCheck, { tls: { ca_file: authority.caFile } }, server.port)).toBe("passed");
    const unknownName = { ca_file: authority.caFile, server_name: "elsewhere.test" };
    expect(await outcome(RedisCheck, { tls: unknownName }, server.port)).toMatch(/elsewhere\.test.*while connecting$/);
    expect(await outcome(RedisCheck, {}, server.port)).toMatch(/^redis 127/);
  });
});

describe("what is no Redis server", () => {
  test("fails as soon as that shows", async () => {
    const { port } = await oddServer((socket) => void socket.write("HTTP/1.1 400 Bad Request\r\n"));
    expect(await outcome(RedisCheck, {}, port)).toBe(
      `redis 127.0.0.1:${port}: what came in answer to PING is no Redis reply: it begins with "HTTP/1.1 400 Bad Req"`,
    );
  });

  test.each([
    ["closes the connection", "", /the server closed the connection instead of answering AUTH$/],
    ["repeats what it was sent", undefined, /wanted OK in answer to AUTH, got another kind of reply$/],
    [
      "repeats it in an error",
      `-ERR unknown command AUTH ${SECRET}\r\n`,
      /got the error "ERR unknown command AUTH \*\*\*"$/,
    ],
    ["repeats it in a reply", `+${SECRET}\r\n`, /got "\*\*\*"$/],
    ["repeats it in no reply", `${SECRET}\r\n`, /what came in answer to AUTH is no Redis reply$/],
  ])("never gets a password into a message: one that %s", async (_case, answer, wanted) => {
    const directory = await directoryForTest();
    await writeFile(join(directory, "password"), SECRET);
    const { port } = await oddServer((socket) => socket.once("data", (bytes) => socket.end(answer ?? bytes)));
    const said = await outcome(RedisCheck, { password_file: "password" }, port, directory);
    expect(said).toMatch(wanted);
    expect(said).not.toContain(SECRET);
  });
});
