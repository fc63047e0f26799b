import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { certificateAuthority, requireServer, runLighthouse } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { Site } from "../src/site.js";
import { startTlsProxy } from "../src/tls-proxy.js";

const TOKEN = "a-token-of-many-letters";

describe.skipIf(!requireServer("haproxy"))("a runner behind a proxy with TLS", () => {
  it("is looked at and changed with --url https:, below the proxy's path, where its authority is known", async () => {
    const site = await Site.create();
    const tokenFile = join(site.directory.path, "token");
    await writeFile(tokenFile, TOKEN, { mode: 0o600 });
    await site.start(["--http-token-file", tokenFile]);
    const authority = await certificateAuthority(site.directory.path);
    const proxy = await startTlsProxy(await authority.issue("proxy.example"), "/lighthouse", site.httpPort);
    onTestFinished(() => proxy.close());
    const at = ["--url", `https://localhost:${proxy.port}/lighthouse/`, "--token-file", tokenFile];
    const knowing = { NODE_EXTRA_CA_CERTS: authority.caFile };

    const [status, release, stranger, elsewhere] = await Promise.all([
      runLighthouse(["status", ...at], knowing),
      runLighthouse(["release", "web", ...at], knowing),
      runLighthouse(["status", ...at]),
      runLighthouse(["status", "--url", `https://localhost:${proxy.port}`], knowing),
    ]);
    expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/^lighthouse \S+: ready/)]);
    expect([release.code, release.stderr]).toEqual([1, expect.stringContaining('there is no cluster "web"')]);
    expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining("NODE_EXTRA_CA_CERTS")]);
    expect(elsewhere.code).toBe(1);
    expect([status, release, stranger].map(({ stdout, stderr }) => stdout + stderr).join("")).not.toContain(TOKEN);
  });
});
