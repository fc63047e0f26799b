// What an operator preloads (`--import`): a tracing SDK. It gathers spans, as SDKs do, and appends them to $SPANS_FILE.
import { appendFileSync } from "node:fs";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { name, attributes, parentSpanContext } = span;
      const line = { name, attributes, spanId: span.spanContext().spanId, parentSpanId: parentSpanContext?.spanId };
      appendFileSync(process.env.SPANS_FILE, `${JSON.stringify(line)}\n`);
    }
    done({ code: 0 });
  },
  shutdown: async () => undefined,
};
const gatherForLonger = { scheduledDelayMillis: 600_000 };
new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter, gatherForLonger)] }).register();
