/**
 * Signs tokens for the tests of access control with the key of the test's provider: anything that an
 * issuer, or somebody who stole its key, could say.
 *
 * @module
 */
import * as jose from "jose";
import { DEV_AUDIENCE } from "../../../dev/oidc/provider.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../harness.ts";

export interface SignOptions {
  /** Default: the provider's key. */
  readonly by?: jose.JWK;
  /** Default: the provider's header. Undefined leaves a member out. */
  readonly as?: { readonly [parameter: string]: unknown };
}

export interface TokenSigner {
  /** The provider's key, private part included. */
  readonly key: jose.JWK;
  /** The header of the provider's access tokens. */
  readonly header: jose.JWTHeaderParameters;
  /** The claims of the provider's tokens, with changes. Undefined leaves a claim out. */
  claims(changes?: { readonly [claim: string]: unknown }): Record<string, unknown>;
  /** Signs a payload: an object, or the text itself. */
  sign(payload: object | string, options?: SignOptions): Promise<string>;
}

export type SigningService = TestService & TokenSigner & AsyncDisposable;

/** Starts a service and gives access to the key of its provider. */
export async function startSigningService(
  options: TestServiceOptions,
): Promise<SigningService> {
  const keysFile = await Deno.makeTempFile({ prefix: "cqlgate-test-" });
  await Deno.remove(keysFile);
  const service = await startTestService({ ...options, keysFile });
  const [key]: jose.JWK[] = JSON.parse(await Deno.readTextFile(keysFile));
  const token = await service.token("writer");
  const header = jose.decodeProtectedHeader(token) as jose.JWTHeaderParameters;
  return {
    ...service,
    key: key!,
    header,
    claims: (changes) => ({
      ...claimsOf({ issuer: service.provider.issuer }),
      ...changes,
    }),
    sign: (payload, { by = key!, as } = {}) => signJwt(payload, { by, as: { ...header, ...as } }),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await Deno.remove(keysFile);
    },
  };
}

/** The claims of an access token of an issuer. */
export function claimsOf({ issuer }: { readonly issuer: string }): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: DEV_AUDIENCE,
    sub: "someone",
    client_id: "writer",
    iat: now,
    exp: now + 300,
    scope: "stations:read observations:read",
    tenant: "acme",
  };
}

/** Signs a payload, including one that a library would refuse to sign. */
export async function signJwt(
  payload: object | string,
  { by, as }: Required<SignOptions>,
): Promise<string> {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return await signParts(JSON.stringify(as), text, { by });
}

/** Signs a header and a payload without changing them. */
export async function signParts(
  header: string,
  payload: string | Uint8Array,
  { by }: { by: jose.JWK },
): Promise<string> {
  const input = `${jose.base64url.encode(header)}.${jose.base64url.encode(payload)}`;
  const key = await crypto.subtle.importKey("jwk", by, KEY, false, ["sign"]);
  const signature = await crypto.subtle.sign(SIGNATURE, key, new TextEncoder().encode(input));
  return `${input}.${jose.base64url.encode(new Uint8Array(signature))}`;
}

/** ES256, the provider's algorithm. */
const KEY = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

/** A key that is not the provider's. */
export async function newKey(): Promise<jose.JWK> {
  const { privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  return await jose.exportJWK(privateKey);
}

export function publicPart({ d: _, ...rest }: jose.JWK): jose.JWK {
  return rest;
}
