/**
 * The errors of access control, each with its challenge in `WWW-Authenticate` (RFC 6750, section 3):
 * without an error code where no token was sent, with one where it is not good enough.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";

const CHALLENGE = 'Bearer realm="cqlgate"';

/** No token: section 3.1 wants no error code, as the caller may not have known. */
export function missingToken(detail: string): ServiceError {
  return new ServiceError("missing_token", detail, {
    headers: { "www-authenticate": CHALLENGE },
  });
}

/** A header that says `Bearer` and is not a token. */
export function malformedCredentials(detail: string): ServiceError {
  return new ServiceError("malformed_request", detail, challenge("invalid_request", detail));
}

/**
 * A token that is not to be trusted.
 *
 * @param detail for the caller, in ASCII, and without anything that an unverified token says
 */
export function invalidToken(detail: string, cause?: unknown): ServiceError {
  return new ServiceError("invalid_token", detail, {
    cause,
    ...challenge("invalid_token", detail),
  });
}

/** @param scope the scopes of one alternative that would do, separated by spaces */
export function insufficientScope(detail: string, scope: string): ServiceError {
  return new ServiceError("insufficient_scope", detail, {
    headers: { "www-authenticate": `${CHALLENGE}, error="insufficient_scope", scope="${scope}"` },
  });
}

function challenge(error: string, detail: string): { headers: Record<string, string> } {
  // Neither quotes nor backslashes may stand in a description (section 3).
  const description = detail.replaceAll('"', "'");
  const header = `${CHALLENGE}, error="${error}", error_description="${description}"`;
  return { headers: { "www-authenticate": header } };
}
