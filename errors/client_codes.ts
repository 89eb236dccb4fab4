/**
 * The codes of errors that the client can fix (4xx), one row each.
 *
 * Source: RFC 9110, RFC 6585 and RFC 6750 for the statuses.
 *
 * @module
 */
import type { CodeRow } from "./code_row.ts";

/** What nearly all of them have in common. */
const CLIENT = { repeat: "never", retryAfterSeconds: null, logLevel: "info" } as const;

export const CLIENT_CODES = {
  malformed_request: {
    status: 400,
    title: "Malformed request",
    ...CLIENT,
    routes: ["any"],
    meaning:
      "The body is not a JSON object in UTF-8, is nested more than 64 levels deep, names a member twice, or broke off; the URL has an escape that is not UTF-8, or more than 1,000 parameters; `Host` is not a host; `Authorization` does not have exactly one token; or `If-Match` is not a list of tags",
    action: "Correct the request",
  },
  invalid_cursor: {
    status: 400,
    title: "Invalid cursor",
    ...CLIENT,
    routes: ["paged"],
    meaning:
      "`cursor` was not issued for this request: it belongs to other values or another caller, or its key is no longer in use",
    action: "Send `next_cursor` unchanged, or start again without a cursor",
  },
  range_too_wide: {
    status: 400,
    title: "Range too wide",
    ...CLIENT,
    routes: ["walk", "hand_written"],
    meaning: "An `@walk` range spans more time buckets than the route allows",
    action: "Request a shorter range",
  },
  result_too_large: {
    status: 400,
    title: "Result too large",
    ...CLIENT,
    routes: ["bounded", "hand_written"],
    meaning:
      "A stream would have more rows than the route's `@max-rows` allows. If some rows have been sent already, the stream breaks off instead",
    action: "Request fewer rows, or read them page by page",
  },
  unsupported_precondition: {
    status: 400,
    title: "Unsupported precondition",
    ...CLIENT,
    routes: ["any"],
    meaning:
      "`If-Match` or `If-None-Match` is a precondition that the route cannot check. Nothing was changed",
    action: "Leave the header out, or use a route that checks it",
  },
  unsupported_idempotency_key: {
    status: 400,
    title: "Unsupported idempotency key",
    ...CLIENT,
    routes: ["writes", "hand_written"],
    meaning:
      "`Idempotency-Key` asks for a repeated request to take effect only once, which the route cannot promise. Nothing was changed",
    action: "Leave the header out; `detail` says why the route does not take it",
  },
  missing_token: {
    status: 401,
    title: "Missing token",
    ...CLIENT,
    routes: ["scoped"],
    meaning:
      "The `Authorization` header is missing, or its scheme is neither `Bearer` nor, where accepted, `DPoP`",
    action: "Get a token and send it",
  },
  invalid_token: {
    status: 401,
    title: "Invalid token",
    ...CLIENT,
    routes: ["scoped"],
    meaning:
      "The token has expired, is malformed, has another issuer or audience, or is not an access token",
    action: "Get a new token; `WWW-Authenticate` says why",
  },
  invalid_dpop_proof: {
    status: 401,
    title: "Invalid DPoP proof",
    ...CLIENT,
    routes: ["scoped"],
    meaning:
      "The token is bound to a key, and the proof in `DPoP` is missing, was used before, or is not for this request, this token or this key",
    action: "Make a new proof for each request; `detail` says what is wrong with this one",
  },
  use_dpop_nonce: {
    status: 401,
    title: "Use a DPoP nonce",
    ...CLIENT,
    repeat: "at_once",
    routes: ["scoped"],
    meaning: "The proof in `DPoP` has no nonce from this service, or an old one",
    action: "Send the request again, with a proof that has the nonce in `DPoP-Nonce`",
  },
  insufficient_scope: {
    status: 403,
    title: "Insufficient scope",
    ...CLIENT,
    routes: ["scoped"],
    meaning: "The token lacks a scope",
    action: "Ask for a token with the scopes that `WWW-Authenticate` names",
  },
  missing_claim: {
    status: 403,
    title: "Missing claim",
    ...CLIENT,
    routes: ["scoped"],
    meaning: "The token lacks a claim that the query binds, or the claim is of the wrong type",
    action: "Configure the issuer to include the claim",
  },
  requirement_not_met: {
    status: 403,
    title: "Requirement not met",
    ...CLIENT,
    routes: ["required"],
    meaning: "A claim of the token does not meet the requirement of the query",
    action: "Request what the token allows; `detail` names the claim and what it must match",
  },
  caller_off: {
    status: 403,
    title: "Caller switched off",
    ...CLIENT,
    routes: ["scoped"],
    meaning: "The operator has switched this client or tenant off in `CONTROL_FILE`",
    action: "Ask the operator",
  },
  not_found: {
    status: 404,
    title: "Not found",
    ...CLIENT,
    routes: ["one", "exists", "hand_written"],
    meaning: "A `:one` query, or a write with `IF EXISTS`, found no row for this caller",
    action: "Nothing: there is no such row",
  },
  unknown_route: {
    status: 404,
    title: "Unknown route",
    ...CLIENT,
    // An empty segment makes another path of one with parameters.
    routes: ["path_parameters"],
    meaning: "There is no route for this path",
    action: "See `/docs`",
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    ...CLIENT,
    routes: [],
    meaning: "The path exists, but not with this method",
    action: "Use a method that `Allow` names",
  },
  not_acceptable: {
    status: 406,
    title: "Not acceptable",
    ...CLIENT,
    routes: ["negotiated"],
    meaning: "`Accept` names no media type that the route can produce",
    action: "Accept a media type that `detail` names, or send no `Accept`",
  },
  body_timeout: {
    status: 408,
    title: "Body timeout",
    ...CLIENT,
    repeat: "at_once",
    routes: ["body"],
    meaning: "The body did not arrive within `BODY_TIMEOUT_MS`",
    action: "Send it again without pauses",
  },
  not_applied: {
    status: 409,
    title: "Not applied",
    ...CLIENT,
    routes: ["applied"],
    meaning: "The condition after `IF` did not hold, and nothing was changed",
    action: "Read the row, or look at `current`, then decide",
  },
  precondition_failed: {
    status: 412,
    title: "Precondition failed",
    ...CLIENT,
    routes: ["if_match", "exists", "not_exists", "etag"],
    meaning:
      "The row is missing, does not have the tag in `If-Match`, or exists although `If-None-Match` forbids it",
    action: "Read the row again, or look at `current`, then decide",
  },
  body_too_large: {
    status: 413,
    title: "Body too large",
    ...CLIENT,
    routes: ["body"],
    meaning: "The body is larger than `MAX_BODY_BYTES`",
    action: "Send less in one request",
  },
  url_too_long: {
    status: 414,
    title: "URL too long",
    ...CLIENT,
    routes: ["any"],
    meaning: "The URL has more characters than `MAX_URL_LENGTH`",
    action: "Send less in the URL",
  },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    ...CLIENT,
    routes: ["body"],
    meaning: "The body is compressed, or its media type is not one that the route accepts",
    action: "Set the `Content-Type` that `detail` names; do not compress the body",
  },
  invalid_input: {
    status: 422,
    title: "Invalid input",
    ...CLIENT,
    routes: ["any"],
    meaning: "Values are missing, unknown, of the wrong type or out of bounds",
    action: "Correct what `errors` lists or, if there is no `errors`, what `detail` names",
  },
  precondition_required: {
    status: 428,
    title: "Precondition required",
    ...CLIENT,
    routes: ["if_match"],
    meaning: "The route only changes a version that the caller has seen, and `If-Match` is missing",
    action: "Read the row and send its `ETag` as `If-Match`",
  },
  too_many_in_flight: {
    status: 429,
    title: "Too many requests in flight",
    ...CLIENT,
    repeat: "later",
    retryAfterSeconds: 1,
    routes: ["any"],
    meaning:
      "The caller already has as many requests in flight as `MAX_IN_FLIGHT_PER_CALLER` allows",
    action: "Wait for answers, and send fewer requests at once",
  },
  rate_limited: {
    status: 429,
    title: "Rate limited",
    ...CLIENT,
    repeat: "later",
    retryAfterSeconds: 1,
    routes: ["limited"],
    meaning:
      "A quota of the route is used up; `RateLimit` says which one. The request does not count towards any quota, and nothing was changed",
    action: "Wait as long as `Retry-After` says, then repeat the request",
  },
  headers_too_large: {
    status: 431,
    title: "Headers too large",
    ...CLIENT,
    routes: ["any"],
    meaning:
      "The request has more than 100 headers, or its headers together are larger than `MAX_HEADER_BYTES`",
    action: "Send fewer or shorter headers; in a browser, delete cookies",
  },
  token_too_large: {
    status: 431,
    title: "Token too large",
    ...CLIENT,
    routes: ["scoped"],
    meaning: "The token has more than 16,384 characters",
    action: "Configure the issuer to put less into the token",
  },
} as const satisfies Readonly<Record<string, CodeRow>>;
