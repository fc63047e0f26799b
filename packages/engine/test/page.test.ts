import { request } from "node:http";
import {
  PAGE_FILES,
  type EventList as PageEventList,
  type Explanation as PageExplanation,
  type RunnerStatus as PageStatus,
} from "@lighthouse-sd/page";
import { describe, expect, expectTypeOf, onTestFinished, test } from "vitest";
import { systemClock } from "../src/clock.js";
import type { Explanation } from "../src/explain/explanation.js";
import { type Access, accessAnswer } from "../src/http/access.js";
import { answerRequest } from "../src/http/answer-request.js";
import { serveState } from "../src/http/http-server.js";
import type { Status } from "../src/http/status.js";
import { Journal } from "../src/journal/journal.js";
import type { EventsPage } from "../src/journal/render-events.js";

const unused = (): never => {
  throw new Error("the page asks for none of this");
};
/** The page is the same whatever the runner's state is. */
const SOURCE = {
  journal: new Journal(systemClock),
  ...{ state: unused, metrics: unused, release: unused, drain: unused, explain: unused, drainService: unused },
};
const LOCAL: Access = {
  knownHost: true,
  overSocket: false,
  remote: false,
  token: "unset",
  ownHeader: false,
  sameOrigin: true,
};

async function ask(url: string, method = "GET", more: Partial<Access> = {}) {
  return answerRequest({ ...LOCAL, ...more, method, url }, SOURCE);
}

describe("the page for people", () => {
  test("loads files that are there, and nothing else; none of its code is inline", async () => {
    const { status, type, body } = await ask("/");
    expect([status, type]).toEqual([200, "text/html; charset=utf-8"]);
    const named = [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = ""]) => path);
    expect(named).toHaveLength(3);
    for (const path of named) expect((await ask(path)).status, path).toBe(200);
    expect(body).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|style=/);
    const [script] = named.filter((path) => path.endsWith(".js"));
    expect((await ask(script ?? "")).body).toContain("/api/v1/status");
  });

  test.each([...PAGE_FILES.keys()])(
    "%s is for everybody who reaches the runner, and only by its own name",
    async (path) => {
      expect((await ask(path, "GET", { remote: true, knownHost: false, token: "missing" })).status).toBe(200);
      expect((await ask(path, "HEAD")).status).toBe(200);
      expect((await ask(path, "POST")).status).toBe(405);
      expect((await ask(path, "GET", { knownHost: false })).status).toBe(421);
    },
  );

  test.each(["/page/", "/page/other.js", "//", "/index.html"])("%s is no part of it", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test("a browser is told to run nothing else, to show it in no frame, and what to keep", async () => {
    const server = await serveState({ host: "127.0.0.1", port: 0 }, SOURCE, systemClock);
    onTestFinished(() => server.close());
    const told = await Promise.all([...PAGE_FILES.keys()].map((path) => headersOf(server.port, path)));
    for (const headers of told) {
      const policy = headers["content-security-policy"];
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
      expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    }
    expect(told.map((headers) => headers["cache-control"])).toEqual([
      "no-cache",
      ...Array(2).fill("public, max-age=31536000, immutable"),
      ...Array(PAGE_FILES.size - 3).fill("public, max-age=86400"),
    ]);
  });
});

describe("/api/v1/access", () => {
  test.each<[string, Partial<Access>, object]>([
    ["on this host, without a token file", {}, { read: true, change: "socket" }],
    ["on this host, where there is a token file", { token: "missing" }, { read: true, change: "token" }],
    ["with the token", { token: "good" }, { read: true, change: "yes" }],
    ["by the unix socket", { overSocket: true }, { read: true, change: "yes" }],
    ["from elsewhere, without the token", { remote: true, token: "missing" }, { read: false, change: "token" }],
    ["from elsewhere, with the token", { remote: true, token: "good" }, { read: true, change: "yes" }],
  ])("%s", async (_, more, told) => {
    expect(JSON.parse(accessAnswer({ ...LOCAL, ...more }).body)).toEqual(told);
    expect(JSON.parse((await ask("/api/v1/access", "GET", more)).body)).toEqual(told);
  });

  test("a wrong token is told so", async () => {
    expect((await ask("/api/v1/access", "GET", { token: "bad" })).status).toBe(401);
  });
});

test("what the page reads is what is answered", () => {
  expectTypeOf<Status>().toExtend<PageStatus>();
  expectTypeOf<EventsPage>().toExtend<PageEventList>();
  expectTypeOf<Explanation>().toExtend<PageExplanation>();
});

function headersOf(port: number, path: string): Promise<NodeJS.Dict<string | string[]>> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.headers));
    })
      .on("error", reject)
      .end();
  });
}
