/**
 * Log lines with the trace and the span that they belong to, by the names that OpenTelemetry gives these
 * fields where its own protocol is not used.
 *
 * @module
 */
import type { Sink } from "@logtape/logtape";
import { trace } from "@opentelemetry/api";

/** The same sink, whose lines have the ids of the active span, if there is one. */
export function withTrace<S extends Sink>(sink: S): S {
  const traced: Sink = (record) => {
    const active = trace.getActiveSpan()?.spanContext();
    if (active === undefined) return sink(record);
    const ids = { trace_id: active.traceId, span_id: active.spanId };
    // A line that was held back says itself which trace it is about.
    sink({ ...record, properties: { ...ids, ...record.properties } });
  };
  // The rest of what it has, for example its end.
  return Object.assign(traced, sink) as S;
}
