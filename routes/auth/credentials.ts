/**
 * The header `Authorization` → the scheme and the token in it (RFC 6750, section 2.1; RFC 9449, section 7.1).
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { malformedCredentials, missingToken } from "./challenge.ts";

/** How a token is sent. */
export type Scheme = "Bearer" | "DPoP";

export interface Credentials {
  readonly scheme: Scheme;
  readonly token: string;
}

/** Twice what common proxies let through. */
const MAX_TOKEN_LENGTH = 16_384;

const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * @param header undefined if it is missing, which an empty header is like; the runtime joins repeated headers with
 * commas
 * @param schemes the accepted ones
 * @throws {ServiceError} `missing_token`, `malformed_request` or `token_too_large`
 */
export function readCredentials(
  header: string | undefined,
  schemes: readonly Scheme[],
): Credentials {
  const example = schemes.map((scheme) => `"Authorization: ${scheme} …"`).join(" or ");
  if (header === undefined || header.trim() === "") {
    throw missingToken(`This route needs a token: send it as ${example}`);
  }
  const scheme = schemeOf(header);
  if (scheme === null || !schemes.includes(scheme)) {
    const names = schemes.map((each) => `"${each}"`).join(" and ");
    throw missingToken(
      `This route takes only the scheme${
        schemes.length > 1 ? "s" : ""
      } ${names}: send a token as ${example}`,
    );
  }
  const token = header.slice(scheme.length).replace(/^ +/, "");
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new ServiceError(
      "token_too_large",
      `The token has more than ${MAX_TOKEN_LENGTH} characters: configure the issuer to put less into it`,
    );
  }
  if (!TOKEN.test(token)) {
    throw malformedCredentials(
      `The header "Authorization" must be "${scheme}", a space and one token`,
    );
  }
  return { scheme, token };
}

/** The scheme that a header names, in any case; null for an unknown scheme. */
export function schemeOf(header: string): Scheme | null {
  const [name = ""] = header.split(" ", 1);
  const known: readonly Scheme[] = ["Bearer", "DPoP"];
  return known.find((scheme) => scheme.toLowerCase() === name.toLowerCase()) ?? null;
}
