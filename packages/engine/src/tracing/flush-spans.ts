import { type Clock, settlesWithin } from "../clock.js";
import { registeredProvider } from "./registered-provider.js";

/** Has the tracing SDK send the spans that it gathers, which end with the process. Resolves after `limitMs` milliseconds
 * at the latest; never rejects. */
export async function flushSpans(clock: Clock, limitMs: number): Promise<void> {
  await settlesWithin(clock, limitMs, flush());
}

async function flush(): Promise<void> {
  const registered = registeredProvider();
  await (registered?.getDelegate?.() ?? registered)?.forceFlush?.();
}
