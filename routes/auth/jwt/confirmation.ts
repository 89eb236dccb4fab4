/**
 * The claim `cnf` (RFC 7800, section 3): which key or certificate the sender of the token has to prove that
 * it holds. Only ways that the service can check are taken; a token bound in any other way is refused, since
 * it would otherwise count as a bearer token.
 *
 * @module
 */
import { isJsonObject } from "../../../codec/json/json_object.ts";
import type { Claims, Confirmation } from "../../context.ts";

/** The members that the service can check: RFC 9449, section 6.1, and RFC 8705, section 3.1. */
const KEY = "jkt";
const CERTIFICATE = "x5t#S256";

/** A SHA-256 digest in base64url, whose last character has two bits of padding. */
const THUMBPRINT = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

/** Null for a bearer token; undefined for a claim that cannot be checked. */
export function readConfirmation(claims: Claims): Confirmation | null | undefined {
  if (!Object.hasOwn(claims, "cnf")) return null;
  const { cnf } = claims;
  if (!isJsonObject(cnf)) return undefined;
  const members = Object.entries(cnf);
  const isKnown = members.every(([name, value]) =>
    [KEY, CERTIFICATE].includes(name) && typeof value === "string" && THUMBPRINT.test(value)
  );
  if (!isKnown || members.length === 0) return undefined;
  const thumbprints = new Map(members as [string, string][]);
  return { key: thumbprints.get(KEY) ?? null, certificate: thumbprints.get(CERTIFICATE) ?? null };
}
