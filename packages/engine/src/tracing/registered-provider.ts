import type { TracerProvider } from "@opentelemetry/api";

/** What providers may have beside what the API asks of them. */
export interface RegisteredProvider extends TracerProvider {
  /** The SDK's own, where the API stands between. */
  getDelegate?(): RegisteredProvider;
  forceFlush?(): Promise<unknown>;
}

/** Where all copies of @opentelemetry/api 1.x in a process find what a tracing SDK has registered with one of them. No copy
 * of our own stands between: one that is newer than the SDK's, by its minor version, would silently see nothing. */
const REGISTERED: unique symbol = Symbol.for("opentelemetry.js.api.1");

/** What the process's tracing SDK has registered; undefined: there is none, yet. */
export function registeredProvider(): RegisteredProvider | undefined {
  return (globalThis as { readonly [REGISTERED]?: { readonly trace?: RegisteredProvider } })[REGISTERED]?.trace;
}
