/**
 * The header `Authorization` → the token in it (RFC 6750, section 2.1).
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import { malformedCredentials, missingToken } from "./challenge.ts";

/** Twice what common proxies let through. A longer token would cost more than it says. */
const MAX_TOKEN_LENGTH = 16_384;

const SCHEME = /^Bearer(?= |$)/i;
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * @param header undefined where there is none; several are one, joined by commas
 * @throws {ServiceError} `missing_token`, `malformed_request` or `token_too_large`
 */
export function readBearerToken(header: string | undefined): string {
  if (header === undefined) {
    throw missingToken('This route needs a token: send it as "Authorization: Bearer …"');
  }
  if (!SCHEME.test(header)) {
    throw missingToken(
      'This route takes no other scheme than "Bearer": send a token as "Authorization: Bearer …"',
    );
  }
  const token = header.slice("Bearer".length).replace(/^ +/, "");
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new ServiceError(
      "token_too_large",
      `The token has more than ${MAX_TOKEN_LENGTH} characters: have the issuer put less into it`,
    );
  }
  if (!TOKEN.test(token)) {
    throw malformedCredentials(
      'The header "Authorization" is not "Bearer", a space and one token',
    );
  }
  return token;
}
