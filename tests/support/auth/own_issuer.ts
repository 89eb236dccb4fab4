/**
 * An issuer that a test controls, over real HTTP: metadata, keys and tokens, and what a real provider
 * does not do on demand, such as being slow, failing, or answering nonsense.
 *
 * @module
 */
import * as jose from "jose";
import { SIGNATURE_ALGORITHMS } from "../../../codec/jwk/signature_algorithms.ts";
import { DEV_AUDIENCE } from "../../../dev/oidc/provider.ts";
import type { TrustedIssuer } from "../../../routes/auth/issuer/trusted_issuer.ts";
import { claimsOf, newKey, publicPart, signJwt } from "./token_signer.ts";

/** Answers a request instead of the issuer; undefined leaves it to the issuer. */
export type Answer = (path: string) => Response | Promise<Response> | undefined;

/** What the issuer says about a token, in answer to a form. */
export type Introspect = (
  form: URLSearchParams,
  headers: Headers,
) => object | Response | Promise<Response>;

export interface OwnIssuer {
  readonly issuer: string;
  /** The paths of all requests so far. */
  readonly requests: readonly string[];
  /** The keys with their private parts, the latest first. */
  readonly keys: readonly jose.JWK[];
  /** Answers before the issuer does; null at first. */
  answer: Answer | null;
  /** Answers about a token, once it is set; then the metadata have the endpoint. */
  introspect: Introspect | null;
  /** Adds a key, which signs from now on, or replaces all others with it. */
  rotate(options?: { readonly keepOthers?: boolean; readonly kid?: string | null }): Promise<void>;
  /** A token, signed with the latest key. */
  token(options?: TokenOptions): Promise<string>;
}

export interface TokenOptions {
  readonly claims?: { readonly [claim: string]: unknown };
  /** Default: the latest key of the issuer. */
  readonly by?: jose.JWK;
  /** Default: that of the key; null leaves it out. */
  readonly kid?: string | null;
}

/** An issuer as a service trusts it that knows no more than its name. */
export function trust(
  { issuer }: { readonly issuer: string },
  changes: Partial<TrustedIssuer> = {},
): TrustedIssuer {
  return {
    issuer,
    audience: DEV_AUDIENCE,
    keyFile: null,
    introspection: null,
    algorithms: SIGNATURE_ALGORITHMS,
    tokenTypes: [],
    scopeClaims: null,
    roles: new Map(),
    claims: [],
    ...changes,
  };
}

export const KEYS_PATH = "/jwks";
export const INTROSPECTION_PATH = "/introspect";
export const METADATA_PATH = "/.well-known/openid-configuration";

export async function startOwnIssuer(): Promise<OwnIssuer & AsyncDisposable> {
  const requests: string[] = [];
  let keys: jose.JWK[] = [{ ...await newKey(), kid: "first" }];
  const closing = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: closing.signal,
    onListen() {},
  }, async (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    const answer = await own.answer?.(pathname);
    if (answer !== undefined) return answer;
    if (pathname === METADATA_PATH) {
      return Response.json({
        issuer: own.issuer,
        jwks_uri: `${own.issuer}${KEYS_PATH}`,
        ...(own.introspect === null
          ? {}
          : { introspection_endpoint: `${own.issuer}${INTROSPECTION_PATH}` }),
      });
    }
    if (pathname === INTROSPECTION_PATH && own.introspect !== null) {
      const said = await own.introspect(
        new URLSearchParams(await request.text()),
        request.headers,
      );
      return said instanceof Response ? said : Response.json(said);
    }
    if (pathname === KEYS_PATH) return Response.json({ keys: keys.map(publicPart) });
    return new Response(null, { status: 404 });
  });
  const own: OwnIssuer = {
    issuer: `http://127.0.0.1:${server.addr.port}`,
    requests,
    get keys() {
      return keys;
    },
    answer: null,
    introspect: null,
    async rotate({ keepOthers = true, kid = crypto.randomUUID() } = {}) {
      const key = { ...await newKey(), ...(kid === null ? {} : { kid }) };
      keys = [key, ...(keepOthers ? keys : [])];
    },
    token({ claims = {}, by = keys[0]!, kid = by.kid ?? null } = {}) {
      const as = { alg: "ES256", typ: "at+jwt", ...(kid === null ? {} : { kid }) };
      return signJwt({ ...claimsOf(own), ...claims }, { by, as });
    },
  };
  return Object.assign(own, {
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.finished;
    },
  });
}
