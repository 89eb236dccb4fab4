/**
 * Refuses a URL whose escapes are not UTF-8: it would otherwise be read as something that nobody sent.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";

export function checkUrl(): MiddlewareHandler<AppEnv> {
  return async function checkUrl(context, next) {
    const { url } = context.req;
    if (url.includes("%")) {
      try {
        decodeURIComponent(url);
      } catch {
        throw new ServiceError("malformed_request", "The URL has an escape that is not UTF-8");
      }
    }
    await next();
  };
}
