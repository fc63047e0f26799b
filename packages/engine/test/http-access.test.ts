import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import { tellRunner } from "../src/cli/tell-runner.js";
import { systemClock } from "../src/clock.js";
import { type Access, refusal } from "../src/http/access.js";
import { isSameOrigin } from "../src/http/host-names.js";
import { HttpEndpoints } from "../src/http/http-endpoints.js";
import { parseListenAddress } from "../src/http/listen-address.js";
import { TokenFile } from "../src/http/token-file.js";
import { Journal } from "../src/journal/journal.js";
import { ManualClock } from "./support/manual-clock.js";
import { temporaryDirectory } from "./support/membership-house.js";
import { RecordingLog } from "./support/recording-log.js";

const TOKEN = "correct-horse-battery-staple";

const LOCAL: Access = {
  knownHost: true,
  overSocket: false,
  remote: false,
  token: "unset",
  ownHeader: true,
  sameOrigin: true,
};
const REMOTE: Access = { ...LOCAL, remote: true, knownHost: false, token: "missing" };

describe("who may", () => {
  test.each<[string, Partial<Access> & { readonly of?: Access }, number[]]>([
    ["on this host, without a token file", {}, [0, 0, 403]],
    ["by the unix socket", { overSocket: true, ownHeader: false }, [0, 0, 0]],
    ["a page of another site whose name points here", { knownHost: false }, [421, 421, 421]],
    ["on this host, where there is a token file, without it", { token: "missing" }, [0, 0, 401]],
    ["on this host, with a wrong token", { token: "bad" }, [401, 401, 401]],
    ["on this host, with the token", { token: "good" }, [0, 0, 0]],
    ["with the token, by whatever name", { token: "good", knownHost: false }, [0, 0, 0]],
    ["with the token, without the header", { token: "good", ownHeader: false }, [0, 0, 403]],
    ["with the token, from a page of another site", { token: "good", sameOrigin: false }, [0, 0, 403]],
    ["from elsewhere, without the token", { of: REMOTE }, [0, 401, 401]],
    ["from elsewhere, with a wrong token", { of: REMOTE, token: "bad" }, [401, 401, 401]],
    ["from elsewhere, with the token", { of: REMOTE, token: "good" }, [0, 0, 0]],
    [
      "from elsewhere, with the token, without the header",
      { of: REMOTE, token: "good", ownHeader: false },
      [0, 0, 403],
    ],
  ])("ask whether all is well, read, and change: %s", (_, { of = LOCAL, ...more }, statuses) => {
    const asked = (["open", "read", "change"] as const).map((need) => refusal({ ...of, ...more }, need)?.status ?? 0);
    expect(asked).toEqual(statuses);
  });

  test.each([
    [undefined, "localhost:9470", true],
    ["http://localhost:9470", "LOCALHOST:9470", true],
    ["http://localhost:9471", "localhost:9470", false],
    ["http://evil.example", "localhost:9470", false],
    ["null", "localhost:9470", false],
    ["http://localhost:9470", undefined, false],
  ])("a request from a page of %s to %s is of one origin: %s", (origin, host, same) => {
    expect(isSameOrigin(origin, host)).toBe(same);
  });

  test("an address that others can reach is taken where there is a token file", () => {
    expect(parseListenAddress("0.0.0.0:9470", true)).toEqual({ host: "0.0.0.0", port: 9470 });
    expect(parseListenAddress("0.0.0.0:9470")).toEqual({ wrong: expect.stringContaining("set http.token_file") });
  });
});

describe("a token file", () => {
  async function tokenFile(text: string) {
    const path = join(await temporaryDirectory(), "token");
    await writeFile(path, text);
    const [log, clock] = [new RecordingLog(), new ManualClock()];
    return { path, log, clock, file: new TokenFile(path, log, clock) };
  }

  test.each<[string, string | undefined, string]>([
    ["nothing", undefined, "missing"],
    ["the token", `Bearer ${TOKEN}`, "good"],
    ["the token in other words", `bearer  ${TOKEN} `, "good"],
    ["a part of it", `Bearer ${TOKEN.slice(0, -1)}`, "bad"],
    ["more than it", `Bearer ${TOKEN}x`, "bad"],
    ["another way in", `Basic ${TOKEN}`, "bad"],
    ["an empty one", "Bearer ", "bad"],
  ])("%s", async (_, header, verdict) => {
    const { file } = await tokenFile(`${TOKEN}\n`);
    expect(await file.judge(header)).toBe(verdict);
  });

  test("a new one holds within a second", async () => {
    const { file, path, clock } = await tokenFile(TOKEN);
    expect(await file.judge(`Bearer ${TOKEN}`)).toBe("good");
    await writeFile(path, "another-token-that-is-long");
    await clock.advance(1000);
    expect(await file.judge(`Bearer ${TOKEN}`)).toBe("bad");
    expect(await file.judge("Bearer another-token-that-is-long")).toBe("good");
  });

  test.each([
    ["short", "at least 16 characters"],
    ["", "it is empty"],
    ["a token with a space in it", "no space in it"],
  ])("%j lets nobody in, and it is said once", async (text, words) => {
    const { file, clock, log } = await tokenFile(text);
    await file.look();
    await clock.advance(1000);
    expect(await file.judge(`Bearer ${text}`)).toBe("bad");
    expect(log.lines).toEqual([expect.stringContaining(words)]);
  });
});

describe("the endpoints with a token file", () => {
  async function endpoints(address: string) {
    const directory = await temporaryDirectory();
    const tokenFile = join(directory, "token");
    await writeFile(tokenFile, `${TOKEN}\n`);
    const [log, released] = [new RecordingLog(), [] as string[]];
    const unused = (): never => {
      throw new Error("not asked for here");
    };
    const http = new HttpEndpoints(log, systemClock, {
      journal: new Journal(systemClock),
      metrics: async () => ({ type: "text/plain", body: "up 1\n" }),
      release: (cluster) => {
        released.push(cluster);
        return { done: true, released: [], nodes: 0, message: "released" };
      },
      ...{ state: unused, drain: unused, explain: unused, drainService: unused },
    });
    onTestFinished(() => http.close());
    await http.listen(address, tokenFile);
    return { http, log, released, tokenFile, port: http.port() ?? 0 };
  }

  function ask(port: number, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<number> {
    return new Promise((resolve, reject) => {
      request({ host: "127.0.0.1", port, path, headers, method, agent: false }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      })
        .on("error", reject)
        .end();
    });
  }

  const WITH = { authorization: `Bearer ${TOKEN}`, host: "lighthouse.example" };

  test("others are told that all is well, and with the token everything", async () => {
    const { port } = await endpoints("0.0.0.0:0");
    expect(await ask(port, "/healthz", { host: "10.0.0.5:9470" })).toBe(200);
    expect(await ask(port, "/metrics", { host: "10.0.0.5:9470" })).toBe(401);
    expect(await ask(port, "/api/v1/events")).toBe(401);
    expect(await ask(port, "/nothing-here")).toBe(401);
    expect(await ask(port, "/metrics", WITH)).toBe(200);
    expect(await ask(port, "/api/v1/events", WITH)).toBe(200);
  });

  test("changes take the token and the header", async () => {
    const { port, released } = await endpoints("127.0.0.1:0");
    const path = "/api/v1/clusters/web/release";
    expect(await ask(port, path, { "x-lighthouse-request": "1" }, "POST")).toBe(401);
    expect(await ask(port, path, WITH, "POST")).toBe(403);
    const own = { ...WITH, "x-lighthouse-request": "1" };
    expect(await ask(port, path, { ...own, origin: "http://evil.example" }, "POST")).toBe(403);
    expect(released).toEqual([]);
    expect(await ask(port, path, own, "POST")).toBe(200);
    expect(released).toEqual(["web"]);
  });

  test("the command line shows it with --url and --token-file", async () => {
    const { port, tokenFile, released } = await endpoints("0.0.0.0:0");
    const url = `http://127.0.0.1:${port}`;
    const path = "/api/v1/clusters/web/release";
    expect(await tellRunner({ url, tokenFile }, {}, "POST", path)).toBe("released");
    await expect(tellRunner({ url }, {}, "POST", path)).rejects.toThrow("needs the token");
    await expect(tellRunner({ tokenFile }, {}, "POST", path)).rejects.toThrow("--token-file goes with --url only");
    await expect(tellRunner({ url, tokenFile: `${tokenFile}x` }, {}, "POST", path)).rejects.toThrow("no such file");
    expect(released).toEqual(["web"]);
  });

  test("without its file others get in nowhere, which the log says, and the token itself is said nowhere", async () => {
    const { http, log, port, tokenFile } = await endpoints("0.0.0.0:0");
    expect(await ask(port, "/metrics", { authorization: `Bearer ${TOKEN}x` })).toBe(401);
    await http.listen("0.0.0.0:0", `${tokenFile}.gone`);
    await eventually(() => expect(log.saying("nobody is let in by token")).toHaveLength(1));
    expect(await ask(http.port() ?? 0, "/metrics", WITH)).toBe(401);
    expect(log.lines.join("\n")).not.toContain(TOKEN);
  });
});
