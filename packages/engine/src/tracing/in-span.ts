import type { Attributes, Span } from "@opentelemetry/api";
import manifest from "../../package.json" with { type: "json" };
import { errorText } from "../error-text.js";
import { errorType } from "./error-type.js";
import { registeredProvider } from "./registered-provider.js";

/** What a piece of work is called in a trace. */
export interface SpanPlan {
  readonly name: string;
  readonly attributes?: Attributes;
  /** True: a trace of its own, whatever happened to start it. A timer that was set within another trace carries that one
   * along for ever. */
  readonly root?: boolean;
}

/** The span of work that is going on. */
export interface WorkSpan {
  /** What has become known meanwhile. */
  set(attributes: Attributes): void;
  /** The work goes on, and yet has failed at what it was for. */
  fail(error: unknown): void;
}

/** SpanStatusCode.ERROR */
const ERROR = 2;

/** Does `work` and gives what it gives. While a tracing SDK is registered in this process, it is a span, with an error
 * where it rejects, and spans that are begun within it stand below. Nothing that fails in the SDK reaches the work. */
export function inSpan<T>(plan: SpanPlan, work: (span: WorkSpan) => Promise<T>): Promise<T> {
  const { name, attributes = {}, root = false } = plan;
  let running: Promise<T> | undefined;
  const begin = (span?: Span): Promise<T> => {
    running ??= toItsEnd(span, work);
    return running;
  };
  quietly(() => {
    const tracer = registeredProvider()?.getTracer(manifest.name, manifest.version);
    tracer?.startActiveSpan(name, { attributes, root }, begin);
  });
  return begin();
}

async function toItsEnd<T>(span: Span | undefined, work: (span: WorkSpan) => Promise<T>): Promise<T> {
  const told: WorkSpan = {
    set: (attributes) => quietly(() => span?.setAttributes(attributes)),
    fail: (error) => quietly(() => span !== undefined && recordFailure(span, error)),
  };
  try {
    return await work(told);
  } catch (error) {
    told.fail(error);
    throw error;
  } finally {
    quietly(() => span?.end());
  }
}

function recordFailure(span: Span, error: unknown): void {
  const [name, message] = [errorType(error), errorText(error)];
  span.setStatus({ code: ERROR, message });
  span.setAttribute("error.type", name);
  const stack = error instanceof Error ? error.stack : undefined;
  span.recordException({ name, message, ...(stack !== undefined && { stack }) });
}

function quietly(tell: () => unknown): void {
  try {
    tell();
  } catch {
    // A broken SDK must not cost more than its spans.
  }
}
