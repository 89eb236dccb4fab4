/**
 * The errors of access control, each with its challenge in `WWW-Authenticate` (RFC 6750, section 3).
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";

const CHALLENGE = 'Bearer realm="cqlgate"';

/** No token was sent. Section 3.1: the challenge then has no error code. */
export function missingToken(detail: string): ServiceError {
  return new ServiceError("missing_token", detail, {
    headers: { "www-authenticate": CHALLENGE },
  });
}

/** The header says `Bearer`, but does not have one token. */
export function malformedCredentials(detail: string): ServiceError {
  return new ServiceError("malformed_request", detail, challenge("invalid_request", detail));
}

/**
 * The token cannot be trusted, or is not for this service.
 *
 * @param detail for the caller; ASCII, and nothing from the token itself
 */
export function invalidToken(detail: string, cause?: unknown): ServiceError {
  return new ServiceError("invalid_token", detail, {
    cause,
    ...challenge("invalid_token", detail),
  });
}

/** @param scope scopes that suffice, separated by spaces */
export function insufficientScope(detail: string, scope: string): ServiceError {
  return new ServiceError("insufficient_scope", detail, {
    headers: { "www-authenticate": `${CHALLENGE}, error="insufficient_scope", scope="${scope}"` },
  });
}

function challenge(error: string, detail: string): { headers: Record<string, string> } {
  // A description has printable ASCII without quotes and backslashes (section 3).
  const description = detail.replaceAll('"', "'").replace(/[^ !#-[\]-~]/gu, "?");
  const header = `${CHALLENGE}, error="${error}", error_description="${description}"`;
  return { headers: { "www-authenticate": header } };
}
