import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { askRunner } from "../src/cli/ask-runner.js";
import { engineProcess, runProcess } from "./support/engine-process.js";
import { tinySite } from "./support/tiny-site.js";

const TOKEN = "planted-secret-0123456789";

describe("a secret in a file of its own", () => {
  test("is in no output: log, status, explanation, events, metrics, readiness, refusals", async () => {
    const site = await tinySite();
    await writeFile(join(site.directory, "token"), TOKEN);
    await writeFile(join(site.directory, "runner.yaml"), 'http: {listen: "0.0.0.0:0", token_file: token}\n');
    const run = runProcess(site, "--log-level", "debug", "--log-format", "json");
    let port = "";
    await vi.waitFor(() => {
      port = /answers HTTP at http:\/\/0\.0\.0\.0:(\d+)/.exec(run.said())?.[1] ?? "";
      expect(port).not.toBe("");
    }, 20_000);
    const url = new URL(`http://127.0.0.1:${port}`);
    const outputs: string[] = [];
    await vi.waitFor(async () => {
      expect((await askRunner({ url, token: TOKEN }, "GET", "/readyz")).status).toBe(200);
    }, 20_000);
    for (const path of [
      "/readyz?verbose",
      "/metrics",
      "/api/v1/status",
      "/api/v1/events",
      "/api/v1/clusters/web/explain",
      "/api/v1/clusters/web/nodes/app1:80/explain",
    ]) {
      const answer = await askRunner({ url, token: TOKEN }, "GET", path);
      expect([path, answer.status]).toEqual([path, 200]);
      outputs.push(answer.body, (await askRunner({ url, token: `${TOKEN}x` }, "GET", path)).body);
    }
    const tokenFile = ["--url", url.origin, "--token-file", join(site.directory, "token")];
    for (const command of [["status"], ["explain", "web"], ["events"], ["release", "web"]]) {
      const child = engineProcess([...command, ...tokenFile]);
      await child.ended;
      outputs.push(child.printed(), child.said());
    }
    run.signal("SIGTERM");
    await run.ended;
    outputs.push(run.printed(), run.said());
    expect(outputs.join("\n")).toContain("app1:80");
    expect(outputs.join("\n")).not.toContain(TOKEN);
  }, 90_000);
});
