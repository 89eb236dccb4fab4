/**
 * A DPoP proof (RFC 9449, section 4): a JWT that the client makes for a single request, signed with the key
 * that its token is bound to. What costs nothing is checked first, and the signature last.
 *
 * Security: the key comes with the proof and is the client's to choose, so it counts only if the token names
 * it. It has to be public, and small enough to verify with quickly.
 *
 * @module
 */
import * as jose from "jose";
import { createHash } from "node:crypto";
import { ExactNumber } from "../../../codec/json/exact_number.ts";
import { isJsonObject } from "../../../codec/json/json_object.ts";
import { SIGNATURE_ALGORITHMS } from "../../../codec/jwk/signature_algorithms.ts";
import { decodePart, readJsonPart } from "../jwt/json_part.ts";
import { invalidProof } from "./proof_challenge.ts";
import { isSameTarget } from "./target_uri.ts";

/** The request that the proof has to be made for. */
export interface ProvenRequest {
  readonly method: string;
  /** Where the client sent it. */
  readonly url: string;
  readonly token: string;
  /** The thumbprint of the key that the token is bound to (RFC 7638). */
  readonly key: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** A proof whose content is right, and whose signature is still to be checked. */
export interface Proof {
  readonly jti: string;
  /** Null without one. */
  readonly nonce: string | null;
  /** @throws {ServiceError} `invalid_dpop_proof` */
  verifySignature(): Promise<void>;
}

const MAX_LENGTH = 4_096;
const MAX_NAME_LENGTH = 512;
/** How long before, and how far in the future, a proof may have been made. */
const MAX_AGE_S = 60;
const TOLERANCE_S = 30;

/** The members of a public key by its kind (RFC 7518, section 6, and RFC 8037, section 2). */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ["crv", "x", "y"],
  OKP: ["crv", "x"],
  RSA: ["n", "e"],
};
/** The members of private and of symmetric keys. */
const SECRET_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/** Of an RSA key: 4096 bits, and the exponent that everybody uses. Others take longer to verify with. */
const MAX_MODULUS_LENGTH = 683;
const EXPONENT = "AQAB";

/**
 * @param header `DPoP`; the runtime joins repeated headers with commas
 * @throws {ServiceError} `invalid_dpop_proof`
 */
export async function readProof(header: string | null, request: ProvenRequest): Promise<Proof> {
  if (header === null || header === "") {
    throw invalidProof(
      'The token is bound to a key: send a proof of possession in the header "DPoP"',
    );
  }
  const [head, payload] = header.length > MAX_LENGTH
    ? []
    : [readPart(header, 0), readPart(header, 1)];
  if (!head || !payload) {
    throw invalidProof('The header "DPoP" must be one proof, a signed JWT in compact form');
  }
  const { alg, jwk } = checkHead(head);
  if (await jose.calculateJwkThumbprint(jwk, "sha256") !== request.key) {
    throw invalidProof("The proof is not made with the key that the token is bound to");
  }
  const { jti, nonce } = checkPayload(payload, request);
  return { jti, nonce, verifySignature: () => verify(header, { alg, jwk }) };
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A part of a JWT; null if it is missing, or is not a JSON object in base64url. */
function readPart(text: string, index: 0 | 1): JsonObject | null {
  try {
    return readJsonPart(decodePart(text, index));
  } catch {
    return null;
  }
}

interface ProofKey {
  readonly alg: string;
  /** Only public members. */
  readonly jwk: jose.JWK;
}

function checkHead({ typ, alg, jwk, ...others }: JsonObject): ProofKey {
  if (typ !== "dpop+jwt") throw invalidProof('The proof\'s header "typ" must be "dpop+jwt"');
  if (typeof alg !== "string" || !SIGNATURE_ALGORITHMS.includes(alg)) {
    throw invalidProof("The proof is signed with an algorithm that this service does not accept");
  }
  if ("crit" in others || "b64" in others) {
    throw invalidProof("The proof needs an extension that this service does not support");
  }
  const key = readKey(jwk);
  if (key === null) {
    throw invalidProof('The proof\'s header "jwk" must be a public key, of 4096 bits at most');
  }
  return { alg, jwk: key };
}

function readKey(jwk: unknown): jose.JWK | null {
  if (!isJsonObject(jwk) || SECRET_MEMBERS.some((name) => Object.hasOwn(jwk, name))) return null;
  const { kty } = jwk;
  const names = typeof kty === "string" && Object.hasOwn(PUBLIC_MEMBERS, kty)
    ? PUBLIC_MEMBERS[kty]!
    : [];
  const members = names.map((name) => [name, Object.hasOwn(jwk, name) ? jwk[name] : undefined]);
  if (names.length === 0 || members.some(([, value]) => typeof value !== "string")) return null;
  const key = Object.fromEntries([["kty", kty], ...members]);
  const isHeavy = kty === "RSA" && (key.n.length > MAX_MODULUS_LENGTH || key.e !== EXPONENT);
  return isHeavy ? null : key;
}

function checkPayload(
  { jti, nonce, htm, htu, iat, ath }: JsonObject,
  { method, url, token, now }: ProvenRequest,
): { readonly jti: string; readonly nonce: string | null } {
  if (typeof jti !== "string" || jti === "" || jti.length > MAX_NAME_LENGTH) {
    throw refuse("jti", `must be a string of 1 to ${MAX_NAME_LENGTH} characters`);
  }
  if (htm !== method) throw refuse("htm", "must be the method of the request");
  if (typeof htu !== "string" || !isSameTarget(htu, url)) {
    throw refuse(
      "htu",
      "must be the URL of the request, at the address that this service is known by",
    );
  }
  const madeAt = secondsOf(iat);
  if (madeAt === null) throw refuse("iat", "must be a number of seconds");
  if (madeAt < now / 1000 - MAX_AGE_S) throw refuse("iat", "lies too far in the past");
  if (madeAt > now / 1000 + TOLERANCE_S) throw refuse("iat", "lies in the future");
  if (ath !== createHash("sha256").update(token).digest("base64url")) {
    throw refuse("ath", "must be the SHA-256 digest of the token");
  }
  if (nonce !== undefined && typeof nonce !== "string") throw refuse("nonce", "must be a string");
  return { jti, nonce: nonce ?? null };
}

function refuse(claim: string, reason: string) {
  return invalidProof(`The proof's claim "${claim}" ${reason}`);
}

/** RFC 7519, section 2: a NumericDate, which may have a fraction. */
function secondsOf(value: unknown): number | null {
  const seconds = value instanceof ExactNumber ? Number(value.source) : value;
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds : null;
}

async function verify(proof: string, { alg, jwk }: ProofKey): Promise<void> {
  try {
    const key = await jose.importJWK(jwk, alg);
    await jose.compactVerify(proof, key, { algorithms: [alg] });
  } catch (cause) {
    throw invalidProof('The proof is not signed with the key in its header "jwk"', cause);
  }
}
