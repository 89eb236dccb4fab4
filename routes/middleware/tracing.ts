/**
 * One server span for each request, named by its route's template. Where the runtime has begun one
 * already, as Deno does with `OTEL_DENO=true`, that one gets the name; else a new one is made. None is made
 * where nobody collects them, and none for probes.
 *
 * Source: OpenTelemetry semantic conventions for HTTP spans.
 *
 * @module
 */
import {
  context as otel,
  propagation,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";
import type { Context, MiddlewareHandler } from "hono";
import { methodName } from "../../observe/metrics/method_name.ts";
import { collectsSpans } from "../../observe/span_collection.ts";
import { dropRuntimeSpan } from "../../observe/runtime_spans.ts";
import { type Addresses, PROBES } from "../addresses.ts";
import { type AppEnv, UNMATCHED } from "../context.ts";

/** Reads the few headers that matter, where a plain record would need a copy of them all. */
const HEADERS: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
};

/** @param steps their work belongs to the span; as two middlewares, they would cost each request a promise more */
export function tracing(
  { server }: Pick<Addresses, "server">,
  steps: MiddlewareHandler<AppEnv>,
): MiddlewareHandler<AppEnv> {
  const own = server === null
    ? {}
    : { "server.address": server.address, "server.port": server.port };
  const tracer = trace.getTracer("cqlgate");
  return function tracing(context, next) {
    const pass = () => steps(context, next);
    return collectsSpans() ? traced(context, pass) : pass();
  };

  async function traced(
    context: Context<AppEnv>,
    pass: () => ReturnType<MiddlewareHandler>,
  ): ReturnType<MiddlewareHandler> {
    const begun = trace.getActiveSpan();
    if (PROBES.includes(context.req.path)) {
      dropRuntimeSpan();
      return await pass();
    }
    const { url } = context.req;
    const method = methodName(context.req.method);
    const parent = propagation.extract(otel.active(), context.req.raw.headers, HEADERS);
    const verb = verbOf(method);
    const span = begun ?? tracer.startSpan(verb, {
      kind: SpanKind.SERVER,
      attributes: {
        "http.request.method": method,
        "url.scheme": url.slice(0, url.indexOf(":")),
      },
    }, parent);
    try {
      return await otel.with(trace.setSpan(otel.active(), span), pass);
    } finally {
      const { route, query, id, code, identity } = context.get("request");
      const { status } = context.res;
      const isMatched = route !== UNMATCHED;
      span.updateName(isMatched ? `${verb} ${route}` : verb);
      span.setAttributes({
        ...own,
        // The template stands for the path, whose segments are values.
        "url.path": route,
        ...(isMatched ? { "http.route": route } : {}),
        "http.response.status_code": status,
        "cqlgate.request_id": id,
        ...(query === null ? {} : { "cqlgate.query": query }),
        // Not whom it names: traces go to more places than the log does.
        ...(identity === null ? {} : { "cqlgate.issuer": identity.issuer }),
        ...(code === null ? {} : { "cqlgate.code": code }),
        // A mistake of the caller is no error of the server.
        ...(status >= 500 ? { "error.type": code ?? `${status}` } : {}),
      });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      if (begun === undefined) span.end();
    }
  }
}

/** The method in the name of a span, which has none that a client made up. */
function verbOf(method: string): string {
  return method === "_OTHER" ? "HTTP" : method;
}
