import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { flushSpans } from "../src/tracing/flush-spans.js";
import { inSpan } from "../src/tracing/in-span.js";
import { BalancersHouse } from "./support/balancers-house.js";
import { type FakeBalancer, fakeBalancer, IN_LINE } from "./support/fake-balancer.js";
import { ManualClock } from "./support/manual-clock.js";
import { node } from "./support/sample-nodes.js";
import { balancerSettings, clusterSettings, configuration } from "./support/settings.js";

const SYNC = "lighthouse.sync";
const SYNC_FILE = "lighthouse.plugin.syncFile";
const GLOBALS: unique symbol = Symbol.for("opentelemetry.js.api.1");
const world = globalThis as { [GLOBALS]?: object };

const exported = new InMemorySpanExporter();
const tracing = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exported)] });

beforeEach(() => tracing.register());
afterEach(() => {
  trace.disable();
  context.disable();
  exported.reset();
  delete world[GLOBALS];
});

/** The spans that have ended so far and are called `name`. */
async function spans(name: string): Promise<readonly ReadableSpan[]> {
  await tracing.forceFlush();
  return exported.getFinishedSpans().filter((span) => span.name === name);
}

async function withOne(plugin: FakeBalancer, config: unknown = {}): Promise<BalancersHouse> {
  const house = new BalancersHouse();
  await house.apply(
    configuration({ balancers: [balancerSettings("lb", plugin.plugin, config)], clusters: [clusterSettings("web")] }),
  );
  return house;
}

describe("a sync in a trace", () => {
  test("what it was given, what it came to, and the plugin's calls and its own spans below", async () => {
    const plugin = fakeBalancer();
    plugin.onSync = async () => {
      await Promise.resolve();
      trace.getTracer("library").startSpan("library").end();
      const reload = { kind: "reload", target: "lb", action: "a new frontend", code: "structure" };
      const change = { kind: "runtime", target: "web/a", action: "added" };
      return { converged: false, syncAgainMs: 60_000, changes: [change, reload] };
    };
    await withOne(plugin);
    const [sync, syncFile, library] = [await spans(SYNC), await spans(SYNC_FILE), await spans("library")].map(
      ([only]) => only,
    );
    expect(sync?.attributes).toEqual({
      "lighthouse.balancer.name": "lb",
      "lighthouse.balancer.type": "fake",
      "lighthouse.sync.generation": 2,
      "lighthouse.sync.cluster_count": 1,
      "lighthouse.sync.retry": false,
      "lighthouse.sync.result": "pending",
      "lighthouse.sync.change_count": 2,
      "lighthouse.sync.problem_count": 0,
      "lighthouse.reload.count": 1,
      "lighthouse.reload.reason": "a new frontend",
      "lighthouse.reload.code": "structure",
    });
    expect(sync?.status.code).toBe(SpanStatusCode.UNSET);
    expect(sync?.instrumentationScope.name).toBe("@lighthouse-sd/engine");
    for (const phase of ["validateDependencies", "applyConfig", "syncFile"]) {
      const [call] = await spans(`lighthouse.plugin.${phase}`);
      expect([phase, call?.parentSpanContext?.spanId]).toEqual([phase, sync?.spanContext().spanId]);
      expect(call?.attributes).toEqual({ "lighthouse.balancer.name": "lb" });
    }
    expect(library?.parentSpanContext?.spanId).toBe(syncFile?.spanContext().spanId);
  });

  test("a failure: its word, its kind and the exception, on it and on the call; then a retry", async () => {
    const plugin = fakeBalancer();
    plugin.onSync = () => {
      throw new Error("the socket\nis gone", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) });
    };
    const house = await withOne(plugin);
    for (const name of [SYNC, SYNC_FILE]) {
      const [failed] = await spans(name);
      expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR, message: "the socket; is gone: x" });
      expect(failed?.attributes["error.type"]).toBe("ECONNREFUSED");
      expect(failed?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
        [
          "exception",
          {
            "exception.type": "ECONNREFUSED",
            "exception.message": "the socket; is gone: x",
            "exception.stacktrace": expect.stringContaining("tracing.test"),
          },
        ],
      ]);
    }
    plugin.onSync = () => IN_LINE;
    await house.clock.advance(1000);
    const shown = (await spans(SYNC)).map(({ attributes }) => [
      attributes["lighthouse.sync.result"],
      attributes["lighthouse.sync.retry"],
    ]);
    expect(shown).toEqual([
      ["failed", false],
      ["converged", true],
    ]);
  });

  test("a configuration that cannot be applied is an error, though the sync goes on with the one before", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    plugin.onApply = (config) => {
      if (JSON.stringify(config) !== "{}") throw new Error("no such file");
    };
    exported.reset();
    await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin, { a: 1 })] }));
    await house.clock.advance(20);
    const [sync] = await spans(SYNC);
    expect(sync?.attributes["lighthouse.sync.result"]).toBe("converged");
    expect(sync?.status).toEqual({ code: SpanStatusCode.ERROR, message: "applyConfig failed: no such file" });
  });

  test("is a trace of its own, whatever was going on when it was asked for", async () => {
    const house = await withOne(fakeBalancer());
    exported.reset();
    await trace.getTracer("http").startActiveSpan("request", async (request) => {
      house.setMembers("web", [node("a", "10.0.0.1")]);
      await house.clock.advance(20);
      request.end();
    });
    const [sync] = await spans(SYNC);
    const [request] = await spans("request");
    expect(sync?.parentSpanContext).toBeUndefined();
    expect(sync?.spanContext().traceId).not.toBe(request?.spanContext().traceId);
  });

  test("nothing of a configuration, and no node, is in it", async () => {
    const house = await withOne(fakeBalancer(), { password: "planted-secret" });
    house.setMembers("web", [{ ...node("app1", "10.0.0.1"), metadata: { token: "planted-secret" } }]);
    await house.clock.advance(20);
    expect(await spans(SYNC)).toHaveLength(2);
    const told = exported.getFinishedSpans().map(({ name, attributes, events }) => [name, attributes, events]);
    expect(JSON.stringify(told)).not.toMatch(/planted-secret|password|app1|10\.0\.0\.1/);
  });
});

describe("a tracing SDK that is broken, or none", () => {
  const refuses = (): never => {
    throw new Error("the SDK is broken");
  };
  const span = Object.fromEntries(
    ["setAttribute", "setAttributes", "setStatus", "recordException", "end"].map((name) => [name, refuses]),
  ) as unknown as Span;
  type Begin = (span: Span) => unknown;
  test.each<[string, object | undefined]>([
    ["none", undefined],
    ["one that traces nothing", {}],
    ["no tracer", { trace: { getTracer: refuses } }],
    ["no span", { trace: { getTracer: () => ({ startActiveSpan: refuses }) } }],
    ["a span that is never active", { trace: { getTracer: () => ({ startActiveSpan: () => undefined }) } }],
    [
      "work begun twice, then an error",
      {
        trace: {
          getTracer: () => ({
            startActiveSpan: (_name: string, _options: object, begin: Begin) => [begin(span), begin(span), refuses()],
          }),
        },
      },
    ],
  ])("%s: the work is done once, and what it gives or throws arrives", async (_name, globals) => {
    trace.disable();
    delete world[GLOBALS];
    if (globals !== undefined) world[GLOBALS] = globals;
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    expect([plugin.given.length, house.state().converged]).toEqual([1, true]);
    plugin.onSync = () => Promise.reject(new Error("socket gone"));
    house.setMembers("web", [node("a", "10.0.0.1")]);
    await house.clock.advance(20);
    expect([plugin.given.length, house.state().lastError]).toEqual([2, "socket gone"]);
    expect(world[GLOBALS]).toBe(globals);
  });

  test("sending what is left takes limited time, and never rejects", async () => {
    const clock = new ManualClock();
    const flush = vi.spyOn(tracing, "forceFlush");
    await flushSpans(clock, 1000);
    expect(flush).toHaveBeenCalledOnce();
    flush.mockReturnValueOnce(new Promise(() => undefined));
    const hanging = flushSpans(clock, 1000);
    await clock.advance(1000);
    await hanging;
    for (const broken of [() => Promise.reject(new Error("no")), refuses]) {
      flush.mockImplementationOnce(broken);
      await flushSpans(clock, 1000);
    }
    delete world[GLOBALS];
    await flushSpans(clock, 1000);
    expect(flush).toHaveBeenCalledTimes(4);
  });

  test.each<[unknown, string]>([
    [new TypeError("x"), "TypeError"],
    [Object.assign(new Error("x"), { code: "ENOENT" }), "ENOENT"],
    [Object.assign(new Error("x"), { code: "web/app1 is gone" }), "Error"],
    ["text", "_OTHER"],
    [undefined, "_OTHER"],
  ])("what was thrown is of a kind that is a word: %o", async (thrown, kind) => {
    await inSpan({ name: "work" }, () => Promise.reject(thrown)).catch(() => undefined);
    expect((await spans("work"))[0]?.attributes["error.type"]).toBe(kind);
  });
});
