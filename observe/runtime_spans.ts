/**
 * The spans that the runtime makes and exports with `OTEL_DENO=true`, without what callers send: the runtime
 * puts the whole URL of each request into them, and its path and query hold keys, values and cursors. And with
 * integers: the runtime exports every JavaScript number as a double, and a bigint as an integer.
 *
 * An attribute that was set cannot be taken back (the runtime exports a key as often as it is set), so this
 * stands between the runtime and its spans: it wraps the two methods that set attributes, of which the runtime
 * calls the first itself. The runtime also begins a span for each request, even for the probes that come every
 * second and say nothing; those spans are never ended.
 *
 * Source: OpenTelemetry semantic conventions for HTTP spans; Deno 2.9, `ext/telemetry`.
 *
 * @module
 */
import { type AttributeValue, SpanKind, trace } from "@opentelemetry/api";
import { methodName } from "./metrics/method_name.ts";

/**
 * Hold what callers send, or the URL that could not be fetched. The path of a span is the route's template, which
 * `tracing.ts` sets.
 */
const FROM_CALLERS: ReadonlySet<string> = new Set([
  "url.full",
  "url.path",
  "url.query",
  "exception.message",
  "exception.stacktrace",
]);

const INTEGERS: ReadonlySet<string> = new Set([
  "cqlgate.attempts",
  "db.operation.batch.size",
  "db.response.returned_rows",
  "http.response.status_code",
  "server.port",
]);

/** Ours, of a span that is not exported; itself never set. */
const DROPPED = "cqlgate.dropped";

/** Set by this service, and then by the runtime, which knows less. */
const SET_TWICE: ReadonlySet<string> = new Set(["error.type", "http.response.status_code"]);

interface SpanMethods {
  setAttribute(key: string, value: RuntimeValue): unknown;
  setAttributes(attributes: Readonly<Record<string, RuntimeValue | undefined>>): unknown;
  setStatus(status: { readonly code: number }): unknown;
  end(time?: unknown): void;
}

interface TracerMethods {
  startSpan(name: string, options?: { readonly kind?: number }, context?: unknown): object;
}

/** The values that the runtime takes: the API's type has no bigint. */
type RuntimeValue = AttributeValue | bigint;

/**
 * Refines every span of the runtime from now on; does nothing if it makes none. Only the process's entry point
 * may call it: it changes what the whole process exports.
 */
export function refineRuntimeSpans(): void {
  if (trace.getTracerProvider() !== Deno.telemetry.tracerProvider) return;
  const tracer = trace.getTracerProvider().getTracer("cqlgate");
  // Never ended, so never exported.
  const methods: SpanMethods = Object.getPrototypeOf(tracer.startSpan("probe"));
  const { setAttribute, setAttributes, setStatus, end } = methods;
  const dropped = new WeakSet<object>();
  const clients = noteClients(Object.getPrototypeOf(tracer));
  /** The keys that each span already has, of those that are set twice. */
  const keys = new WeakMap<object, Set<string>>();

  /** Whether the span lacks the attribute still. */
  function claim(span: object, key: string): boolean {
    if (!SET_TWICE.has(key)) return true;
    let claimed = keys.get(span);
    if (claimed === undefined) keys.set(span, claimed = new Set());
    return claimed.size < claimed.add(key).size;
  }

  methods.setAttribute = function (this: SpanMethods, key, value) {
    if (key === DROPPED) dropped.add(this);
    if (key === "url.full" && clients.has(this)) this.setAttributes(serverOf(String(value)));
    if (key === DROPPED || FROM_CALLERS.has(key) || !claim(this, key)) return this;
    return setAttribute.call(this, key, refine(key, value));
  };
  methods.setAttributes = function (this: object, attributes) {
    const own = Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined || !claim(this, key) ? [] : [[key, refine(key, value)] as const]
    );
    return setAttributes.call(this, Object.fromEntries(own));
  };
  // Its message comes from the exception, or from a caller.
  methods.setStatus = function (this: object, { code }) {
    return setStatus.call(this, { code });
  };
  // A span is exported when it ends.
  methods.end = function (this: object, time) {
    if (!dropped.has(this)) end.call(this, time);
  };
}

/** Keeps the span that the runtime has begun for the current request from being exported. */
export function dropRuntimeSpan(): void {
  trace.getActiveSpan()?.setAttribute(DROPPED, true);
}

/** The spans of requests that the process sends, from now on. */
function noteClients(methods: TracerMethods): WeakSet<object> {
  const clients = new WeakSet<object>();
  const { startSpan } = methods;
  methods.startSpan = function (this: object, name, options, context) {
    const span = startSpan.call(this, name, options, context);
    if (options?.kind === SpanKind.CLIENT) clients.add(span);
    return span;
  };
  return clients;
}

/** The part of an outgoing request's URL that is not a value. */
function serverOf(url: string): Record<string, RuntimeValue> {
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === "https:" ? 443 : 80;
  return { "server.address": hostname, "server.port": port === "" ? usual : Number(port) };
}

function refine(key: string, value: RuntimeValue): RuntimeValue {
  if (key === "http.request.method") return methodName(String(value));
  // The runtime itself sets a status as a string.
  return INTEGERS.has(key) && Number.isInteger(Number(value)) ? BigInt(Number(value)) : value;
}
