/**
 * Whether anybody collects spans. Where nobody does, a request makes none: spans, their attributes and the context
 * that carries them would cost it a twentieth of its time.
 *
 * @module
 */
import { ProxyTracerProvider, trace } from "@opentelemetry/api";

/**
 * Asked for each request and statement, as a provider may be registered at any time. The API hands out a stand-in
 * until then.
 */
export function collectsSpans(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) ||
    provider.getDelegateTracer("cqlgate") !== undefined;
}

/** The trace that the current work belongs to; null where nothing is traced. */
export function currentTraceId(): string | null {
  const traceId = trace.getActiveSpan()?.spanContext().traceId ?? "";
  return /^0*$/.test(traceId) ? null : traceId;
}
