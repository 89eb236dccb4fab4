/**
 * Bearer tokens of the Hono peer: RS256 by a key set from a file, each verified once and then remembered
 * until it expires.
 *
 * @module
 */
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";

export interface AuthEnv {
  Variables: { claims: JWTPayload; tenant: string };
}

export interface AuthOptions {
  readonly keySet: JSONWebKeySet;
  readonly issuer: string;
  readonly audience: string;
}

const MAX_REMEMBERED = 10_000;

/** Makes the middleware that lets a scope through. */
export function createAuth({ keySet, issuer, audience }: AuthOptions) {
  const keys = createLocalJWKSet(keySet);
  const remembered = new Map<string, JWTPayload>();

  async function verify(token: string): Promise<JWTPayload> {
    const known = remembered.get(token);
    if (known !== undefined && known.exp! * 1_000 > Date.now()) return known;
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ["RS256"],
      requiredClaims: ["exp", "sub"],
    });
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(token, payload);
    return payload;
  }

  return (scope: string) =>
    createMiddleware<AuthEnv>(async (context, next) => {
      const header = context.req.header("authorization");
      if (!header?.startsWith("Bearer ")) throw new HTTPException(401);
      let claims: JWTPayload;
      try {
        claims = await verify(header.slice("Bearer ".length));
      } catch {
        throw new HTTPException(401);
      }
      const { scope: granted, tenant } = claims;
      if (typeof granted !== "string" || !granted.split(" ").includes(scope)) {
        throw new HTTPException(403);
      }
      if (typeof tenant !== "string") throw new HTTPException(403);
      context.set("claims", claims);
      context.set("tenant", tenant);
      await next();
    });
}
