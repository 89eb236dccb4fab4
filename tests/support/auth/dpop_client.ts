/**
 * A client whose tokens are bound to its key: makes DPoP proofs, right ones and whatever an attacker could
 * send in their place.
 *
 * @module
 */
import * as jose from "jose";
import { createHash } from "node:crypto";
import { demoUsers } from "../../../dev/oidc/users.ts";

export interface DpopKey {
  readonly alg: string;
  readonly publicKey: jose.JWK;
  readonly privateKey: jose.JWK;
  /** As `cnf.jkt` has it. */
  readonly thumbprint: string;
}

export async function newDpopKey(alg = "ES256"): Promise<DpopKey> {
  const pair = await jose.generateKeyPair(alg, { extractable: true });
  const publicKey = await jose.exportJWK(pair.publicKey);
  const privateKey = await jose.exportJWK(pair.privateKey);
  return { alg, publicKey, privateKey, thumbprint: await jose.calculateJwkThumbprint(publicKey) };
}

export interface ProofOptions {
  readonly method?: string;
  readonly url: string;
  /** Null for a request to the token endpoint. */
  readonly token: string | null;
  readonly nonce?: string | undefined;
  /** Members of the header and claims in place of the right ones; undefined leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signs in place of the key. */
  readonly signer?: DpopKey;
}

/** A proof for a request. */
export async function makeProof(key: DpopKey, options: ProofOptions): Promise<string> {
  const { method = "GET", url, token, nonce, header, claims, signer = key } = options;
  const payload = {
    jti: crypto.randomUUID(),
    htm: method,
    htu: url,
    iat: Math.floor(Date.now() / 1000),
    ...(token === null ? {} : { ath: createHash("sha256").update(token).digest("base64url") }),
    nonce,
    ...claims,
  };
  const head = { typ: "dpop+jwt", alg: key.alg, jwk: key.publicKey, ...header };
  const input = [head, payload].map((part) => jose.base64url.encode(JSON.stringify(part))).join(
    ".",
  );
  return `${input}.${await signatureOf(input, signer)}`;
}

/** A token of a demo user that the provider binds to the key. */
export async function fetchBoundToken(
  key: DpopKey,
  { issuer, user }: { readonly issuer: string; readonly user: string },
): Promise<string> {
  const { secret, scopes } = demoUsers()[user]!;
  const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
  const { token_endpoint: url } = await discovery.json();
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${user}:${secret}`)}`,
      dpop: await makeProof(key, { method: "POST", url, token: null }),
    },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: scopes.join(" ") }),
  });
  const { access_token: token, token_type: type } = await response.json();
  if (type !== "DPoP") throw new Error(`Cannot get a bound token: its type is "${type}"`);
  return token;
}

/** Signs text as a JWS would, whatever the header says: jose refuses to sign what it would refuse to read. */
async function signatureOf(input: string, { alg, privateKey }: DpopKey): Promise<string> {
  const algorithm = ALGORITHMS[alg]!;
  const signer = await crypto.subtle.importKey("jwk", privateKey, algorithm, false, ["sign"]);
  const bytes = await crypto.subtle.sign(algorithm, signer, new TextEncoder().encode(input));
  return jose.base64url.encode(new Uint8Array(bytes));
}

/** For both the key and the signature. */
const ALGORITHMS: Readonly<Record<string, EcKeyImportParams & EcdsaParams & RsaPssParams>> = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256", saltLength: 0 },
  ES384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384", saltLength: 0 },
  EdDSA: { name: "Ed25519", namedCurve: "", hash: "", saltLength: 0 },
  RS256: { name: "RSASSA-PKCS1-v1_5", namedCurve: "", hash: "SHA-256", saltLength: 0 },
  PS256: { name: "RSA-PSS", namedCurve: "", hash: "SHA-256", saltLength: 32 },
};
