/**
 * The header `Authorization` → the token in it (RFC 6750, section 2.1).
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { malformedCredentials, missingToken } from "./challenge.ts";

/** Twice what common proxies let through. */
const MAX_TOKEN_LENGTH = 16_384;

const SCHEME = /^Bearer(?= |$)/i;
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * @param header undefined if it is missing; the runtime joins repeated headers with commas
 * @throws {ServiceError} `missing_token`, `malformed_request` or `token_too_large`
 */
export function readBearerToken(header: string | undefined): string {
  if (header === undefined) {
    throw missingToken('This route needs a token: send it as "Authorization: Bearer …"');
  }
  if (!SCHEME.test(header)) {
    throw missingToken(
      'This route takes only the scheme "Bearer": send a token as "Authorization: Bearer …"',
    );
  }
  const token = header.slice("Bearer".length).replace(/^ +/, "");
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new ServiceError(
      "token_too_large",
      `The token has more than ${MAX_TOKEN_LENGTH} characters: configure the issuer to put less into it`,
    );
  }
  if (!TOKEN.test(token)) {
    throw malformedCredentials(
      'The header "Authorization" must be "Bearer", a space and one token',
    );
  }
  return token;
}
