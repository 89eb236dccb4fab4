/**
 * Bearer token → identity (RFC 6750). Without a valid one the request ends here.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";
import type { TokenVerifier } from "./verify_token.ts";

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

export function authenticate(verifier: TokenVerifier): MiddlewareHandler<AppEnv> {
  return async function authenticate(context, next) {
    const header = context.req.header("authorization");
    if (header === undefined) {
      throw new ServiceError(
        "missing_token",
        'This route needs a token: send it as "Authorization: Bearer …"',
        { headers: { "www-authenticate": 'Bearer realm="cqlgate"' } },
      );
    }
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) {
      throw new ServiceError(
        "invalid_token",
        'The "Authorization" header is not "Bearer" and a token',
        { headers: { "www-authenticate": 'Bearer realm="cqlgate", error="invalid_request"' } },
      );
    }
    context.get("request").identity = await verifier.verify(token);
    await next();
  };
}
