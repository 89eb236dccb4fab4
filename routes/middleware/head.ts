/**
 * `HEAD` answers as `GET` does (RFC 9110, section 9.3.2). The runtime knows how: it compresses or
 * measures the body as for `GET`, and then leaves it out. The framework would drop it before, and with
 * it the length; so the response is kept here as the handler made it, and handed on in place of the
 * framework's.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";

const whole = new WeakMap<Request, Response>();

/** Goes before all others, so that it sees the response as it is sent. */
export function keepForHead(): MiddlewareHandler {
  return async function keepForHead(context, next) {
    await next();
    if (context.req.method === "HEAD") whole.set(context.req.raw, context.res);
  };
}

/** What an app with `keepForHead` is served with. */
export function fetchWithHead(
  app: { fetch(request: Request, info: unknown): Response | Promise<Response> },
) {
  return async (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => {
    const response = await app.fetch(request, info);
    return whole.get(request) ?? response;
  };
}
