import { describe, expect, test } from "vitest";
import type { AcceptedInputs } from "../src/check/accepted-inputs.js";
import { type Admission, type AdmissionOptions, describeClusterProblem } from "../src/check/admit-parts.js";
import type { Fault } from "../src/check/blame.js";
import type { Verdict } from "../src/check/configuration-checker.js";
import { parseErrors } from "../src/check/parse-messages.js";
import { parseBind } from "../src/config/bind-address.js";
import type { HAProxyConfig } from "../src/config/haproxy-config.js";
import type { ClusterPart } from "../src/render/render-cluster.js";
import type { RenderedFile } from "../src/render/render-file.js";
import { admit as admitCounting, type Outcome } from "./admitting.js";
import { config, part, render } from "./parts.js";

const FILE = "/candidate.cfg";

/** A HAProxy that knows the directives of these tests: `bad`, which it refuses with their line; `unknown`, which it
 * does not know; `nameless`, which it refuses without a line; `silent`, without any hint. */
function checkOf(rendered: RenderedFile): Verdict {
  const said = rendered.text.split("\n").flatMap((text, index) => {
    const [word = ""] = text.trim().split(" ");
    const place = `parsing [${FILE}:${index + 1}] :`;
    if (word === "bad") return [`${place} 'bad' is bad.`];
    if (word === "unknown") return [`${place} unknown keyword 'unknown' in 'backend' section`];
    if (word === "nameless") return [`Proxy '${text.trim().split(" ")[1]}': is nameless.`];
    return word === "silent" ? ["out of something."] : [];
  });
  if (said.length === 0) return { ok: true };
  const stderr = said.map((text) => `[ALERT] (1) : config : ${text}`).join("\n");
  return { ok: false, messages: parseErrors(stderr), file: FILE };
}

function admit(
  clusters: readonly ClusterPart[],
  accepted: AcceptedInputs | null,
  more: Partial<AdmissionOptions> = {},
): Promise<Outcome> {
  return admitCounting(checkOf, { clusters, accepted, ...more });
}

function acceptedAs(clusters: readonly ClusterPart[], settings: HAProxyConfig = config()): AcceptedInputs {
  const entries = clusters.map(({ name, metaCluster, block }) => [name, { metaCluster, block }] as const);
  return { config: settings, clusters: Object.fromEntries(entries) };
}

function backends({ admitted }: Admission): Record<string, readonly string[]> | null {
  if (admitted === null) return null;
  return Object.fromEntries(admitted.clusters.map(({ name, block }) => [name, block.backend]));
}

function problems(admission: Admission): readonly string[] {
  return admission.problems.map(describeClusterProblem);
}

const good = (name: string): ClusterPart => part(name, { backend: ["retries 1"] });
const changed = (name: string, ...lines: string[]): ClusterPart => part(name, { backend: lines });

describe("a part that HAProxy refuses", () => {
  test("stays on its last good version; the others go on; its line is named", async () => {
    const outcome = await admit(
      [changed("a", "retries 2"), changed("b", "retries 2", "bad 1")],
      acceptedAs([good("a"), good("b")]),
    );
    expect(backends(outcome)).toEqual({ a: ["retries 2"], b: ["retries 1"] });
    expect(problems(outcome)).toEqual(["cluster b: backend[1]: 'bad' is bad. (kept on its last good version)"]);
    expect(outcome.complete).toBe(false);
    expect(outcome.checks).toBe(2);
  });

  test("keeps its members of now on its last good version", async () => {
    const nodes = [{ name: "n:1", host: "n", ip: "10.0.0.1", port: 1, peer: null, metadata: {} }];
    const outcome = await admit([{ ...changed("a", "bad 1"), nodes }], acceptedAs([good("a")]));
    expect(outcome.admitted?.clusters[0]?.nodes).toBe(nodes);
  });

  test("is left out where there is no last good version", async () => {
    const outcome = await admit([good("a"), changed("b", "bad 1")], acceptedAs([good("a")]));
    expect(backends(outcome)).toEqual({ a: ["retries 1"] });
    expect(problems(outcome)).toEqual(["cluster b: backend[0]: 'bad' is bad. (left out)"]);
    expect(outcome.complete).toBe(false);
  });

  test("was good before and is not any more: what runs stands", async () => {
    const clusters = [changed("a", "retries 2"), changed("b", "bad 1")];
    const outcome = await admit(clusters, acceptedAs([good("a"), changed("b", "bad 1")]));
    expect(outcome.admitted).toBeNull();
    expect(problems(outcome)).toEqual([
      "cluster b: backend[0]: 'bad' is bad. (its last good version is refused too; what runs stands)",
    ]);
  });

  test("was good before and is not any more: left out where nothing runs that would lose it", async () => {
    const clusters = [changed("a", "retries 2"), changed("b", "bad 2")];
    const accepted = acceptedAs([good("a"), changed("b", "bad 1")]);
    const outcome = await admit(clusters, accepted, { mayLeaveOut: true });
    expect(backends(outcome)).toEqual({ a: ["retries 2"] });
    expect(problems(outcome)).toEqual([
      "cluster b: backend[0]: 'bad' is bad. (kept on its last good version)",
      "cluster b: 'bad' is bad. (left out)",
    ]);
  });

  test("is the balancer's own: its last good version stands, the clusters go on", async () => {
    const bad = config({ global: ["bad 1"] });
    const outcome = await admit([changed("a", "retries 2")], acceptedAs([good("a")]), { config: bad });
    expect(outcome.admitted?.config.global).toEqual([]);
    expect(backends(outcome)).toEqual({ a: ["retries 2"] });
    expect(problems(outcome)).toEqual(["configuration: global[0]: 'bad' is bad. (kept on its last good version)"]);
  });

  test("is the balancer's own, and there is no other: nothing is applied", async () => {
    const outcome = await admit([good("a")], null, { config: config({ global: ["bad 1"] }), mayLeaveOut: true });
    expect(outcome.admitted).toBeNull();
    expect(problems(outcome)).toEqual(["configuration: global[0]: 'bad' is bad. (not applied)"]);
  });

  test("says what is wrong with all its members once", async () => {
    const messages = [1, 2, 3].map((id) => ({
      text: `'server b/app${id}:80': unknown keyword 'foo'`,
      file: FILE,
      line: id,
    }));
    const origins = new Map([1, 2, 3].map((line) => [line, { cluster: "b", path: ["server_options"] }]));
    const outcome = await admit([good("b")], null, {
      mayLeaveOut: true,
      check: async (rendered) =>
        rendered.text.includes("backend b") ? { ok: false, messages, file: FILE } : { ok: true },
      render: (settings, clusters) => ({ ...render(settings, clusters), origins }),
    });
    expect(problems(outcome)).toEqual([
      "cluster b: server_options: 'server b/app1:80': unknown keyword 'foo' (and 2 more like it) (left out)",
    ]);
  });
});

describe("a directive that HAProxy does not know", () => {
  const lines = ["retries 1", "unknown 1", "retries 2", "unknown 2", "unknown 3", "retries 3"];

  test("is left out of a cluster that has no last good version, and named by its place in the YAML", async () => {
    const outcome = await admit([changed("a", ...lines)], null);
    expect(backends(outcome)).toEqual({ a: ["retries 1", "retries 2", "retries 3"] });
    expect(problems(outcome)).toEqual(
      [1, 3, 4].map(
        (index) => `cluster a: backend[${index}]: left out: unknown keyword 'unknown' in 'backend' section`,
      ),
    );
    expect(outcome.complete).toBe(true);
  });

  test("stays left out, and named the same, once the cluster runs without it", async () => {
    const first = await admit([changed("a", ...lines)], null);
    const accepted = acceptedAs(first.admitted?.clusters ?? []);
    const second = await admit([changed("a", ...lines)], accepted);
    expect(backends(second)).toEqual(backends(first));
    expect(second.problems).toEqual(first.problems);
    expect(second.complete).toBe(true);
  });

  test("is left out of the balancer's own lists as well", async () => {
    const settings = config({ defaults: ["mode http", "unknown 1"] });
    const outcome = await admit([good("a")], null, { config: settings });
    expect(outcome.admitted?.config.defaults).toEqual(["mode http"]);
    expect(problems(outcome)).toEqual([
      "configuration: defaults[1]: left out: unknown keyword 'unknown' in 'backend' section",
    ]);
  });

  test("keeps a cluster that ran with something else on its last good version", async () => {
    const outcome = await admit([changed("a", "retries 2", "unknown 1")], acceptedAs([good("a")]));
    expect(backends(outcome)).toEqual({ a: ["retries 1"] });
    expect(outcome.complete).toBe(false);
  });

  test("does not save a cluster that has another mistake", async () => {
    const outcome = await admit([changed("a", "unknown 1", "bad 1")], null);
    expect(backends(outcome)).toEqual({});
  });

  test("keeps the places of other mistakes right when they show later", async () => {
    const check = async (rendered: RenderedFile): Promise<Verdict> => {
      const verdict = checkOf(rendered);
      if (verdict.ok) return verdict;
      // Parsing comes first, and what the lines mean together only where that went well.
      const parsing = verdict.messages.filter((message) => message.text.startsWith("unknown"));
      return { ...verdict, messages: parsing.length > 0 ? parsing : verdict.messages };
    };
    const outcome = await admit([changed("a", "unknown 1", "retries 1", "unknown 2", "bad 1")], null, { check });
    expect(problems(outcome).at(-1)).toBe("cluster a: backend[3]: 'bad' is bad. (left out)");
  });
});

describe("an address", () => {
  const on = (name: string, port: number): ClusterPart => part(name, { port });

  test("that two last good and new versions meet on goes to the one that was there", async () => {
    // b gave port 2 to a, and its new version is refused: its last good one still has port 2.
    const clusters = [on("a", 2), part("b", { port: 3, backend: ["bad 1"] })];
    const outcome = await admit(clusters, acceptedAs([on("a", 1), part("b", { binds: [":2"] })]));
    expect(outcome.admitted?.clusters.map(({ name, block }) => [name, block.port, block.binds])).toEqual([
      ["a", 1, []],
      ["b", undefined, [":2"]],
    ]);
    expect(problems(outcome).at(-1)).toBe(
      "cluster a: port: cluster b: *:2 is taken by cluster a (*:2) (kept on its last good version)",
    );
  });

  test("that another process has keeps its cluster on its last good version, which is looked at as well", async () => {
    const taken = (ports: readonly number[]) => async (rendered: RenderedFile) =>
      [...rendered.sections.values()].flatMap(({ lines }): Fault[] =>
        lines
          .filter(
            ({ text }) =>
              text.startsWith("bind ") && parseBind(text.slice(5)).some(({ first }) => ports.includes(first)),
          )
          .map(({ origin, text }) => ({ origin, message: { text: `cannot listen: ${text}` } })),
      );
    const accepted = acceptedAs([on("a", 1), on("b", 5)]);
    const once = await admit([on("a", 2), on("b", 6)], accepted, { taken: taken([2]) });
    expect(once.admitted?.clusters.map(({ block }) => block.port)).toEqual([1, 6]);
    const twice = await admit([on("a", 2), on("b", 6)], accepted, { taken: taken([1, 2]), mayLeaveOut: true });
    expect(twice.admitted?.clusters.map(({ block }) => block.port)).toEqual([6]);
    const running = await admit([on("a", 2), on("b", 6)], accepted, { taken: taken([1, 2]) });
    expect(running.admitted).toBeNull();
  });
});

describe("starts that failed", () => {
  const fault = (cluster: string, path: readonly string[]): Fault => ({
    origin: { cluster, path },
    message: { text: "cannot bind" },
  });

  test("lower a cluster step by step, one for each attempt", async () => {
    const accepted = acceptedAs([good("a")]);
    const clusters = [changed("a", "retries 2"), good("b")];
    const attempts = [[fault("a", ["port"])], [fault("a", []), fault("a", [])]];
    const after = async (count: number): Promise<readonly string[] | undefined> =>
      backends(await admit(clusters, accepted, { failedStarts: attempts.slice(0, count), mayLeaveOut: true }))?.["a"];
    expect(await after(0)).toEqual(["retries 2"]);
    expect(await after(1)).toEqual(["retries 1"]);
    expect(await after(2)).toBeUndefined();
  });

  test("end in nothing to apply where a running cluster would be lost", async () => {
    const outcome = await admit([good("a")], acceptedAs([good("a")]), { failedStarts: [[fault("a", ["port"])]] });
    expect(outcome.admitted).toBeNull();
  });
});

describe("an error that names no place", () => {
  test("is found by trying, and its words are told of the cluster", async () => {
    const clusters = ["a", "b", "c", "d", "e", "f", "g"].map((name) =>
      changed(name, name === "e" ? "silent" : "retries 2"),
    );
    const outcome = await admit(clusters, acceptedAs(clusters.map(({ name }) => good(name))));
    expect(backends(outcome)).toMatchObject({ d: ["retries 2"], e: ["retries 1"], f: ["retries 2"] });
    expect(problems(outcome)).toEqual(["cluster e: out of something. (kept on its last good version)"]);
  });

  test("in nothing that has changed stops everything, and is told", async () => {
    const clusters = [changed("a", "silent")];
    const outcome = await admit(clusters, acceptedAs(clusters));
    expect(outcome.admitted).toBeNull();
    expect(problems(outcome)).toEqual(["configuration: HAProxy refuses the configuration: out of something."]);
  });
});

describe("names that every object has", () => {
  test.each(["constructor", "__proto__", "toString"])("%s is a cluster like others", async (name) => {
    const outcome = await admit([changed(name, "bad 1"), good("a")], acceptedAs([good("a")]));
    expect(outcome.admitted?.clusters.map((cluster) => cluster.name)).toEqual(["a"]);
    const kept = await admit([changed(name, "bad 1")], acceptedAs([good(name)]));
    expect(kept.admitted?.clusters.map(({ block }) => block.backend)).toEqual([["retries 1"]]);
  });
});
