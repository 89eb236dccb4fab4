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
import type { Context, MiddlewareHandler, Next } from "hono";
import { methodName } from "../../observe/metrics/method_name.ts";
import { collectsSpans } from "../../observe/span_collection.ts";
import { dropRuntimeSpan } from "../../observe/runtime_spans.ts";
import { type Addresses, PROBES } from "../addresses.ts";
import type { AppEnv } from "../context.ts";

/** Reads the few headers that matter, where a plain record would need a copy of them all. */
const HEADERS: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
};

export function tracing({ server }: Pick<Addresses, "server">): MiddlewareHandler<AppEnv> {
  const own = server === null
    ? {}
    : { "server.address": server.address, "server.port": server.port };
  const tracer = trace.getTracer("cqlgate");
  return function tracing(context, next) {
    return collectsSpans() ? traced(context, next) : next();
  };

  async function traced(context: Context<AppEnv>, next: Next): Promise<void> {
    const begun = trace.getActiveSpan();
    if (PROBES.includes(context.req.path)) {
      dropRuntimeSpan();
      return await next();
    }
    const { url } = context.req;
    const method = methodName(context.req.method);
    const parent = propagation.extract(otel.active(), context.req.raw.headers, HEADERS);
    const span = begun ?? tracer.startSpan(method, {
      kind: SpanKind.SERVER,
      attributes: {
        "http.request.method": method,
        "url.scheme": url.slice(0, url.indexOf(":")),
      },
    }, parent);
    try {
      await otel.with(trace.setSpan(otel.active(), span), next);
    } finally {
      const { route, query, id, identity, code } = context.get("request");
      const { status } = context.res;
      span.updateName(`${method} ${route}`);
      span.setAttributes({
        ...own,
        // The template stands for the path, whose segments are values.
        "url.path": route,
        "http.route": route,
        "http.response.status_code": status,
        "cqlgate.request_id": id,
        ...(query === null ? {} : { "cqlgate.query": query }),
        ...(identity === null
          ? {}
          : { "enduser.id": identity.subject, "cqlgate.issuer": identity.issuer }),
        ...(code === null ? {} : { "error.type": code }),
      });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      if (begun === undefined) span.end();
    }
  }
}
