/**
 * A service error → its problem document and the answer that carries it (RFC 9457). For the app and for
 * what `server/listen/listen.ts` refuses before any app sees it.
 *
 * @module
 */
import { type Code, CODES } from "./codes.ts";
import type { InputError, ServiceError } from "./service_error.ts";

/** The body of every error. A code may add members, such as `current`. */
export interface ProblemDocument {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: Code;
  readonly detail: string;
  readonly request_id: string;
  readonly errors?: readonly InputError[];
  readonly [member: string]: unknown;
}

export function problemDocument(error: ServiceError, requestId: string): ProblemDocument {
  const { code, detail, errors, extensions } = error;
  const { title, status } = CODES[code];
  const own = {
    type: "about:blank",
    title,
    status,
    code,
    // All that its caller can do is to report it.
    detail: code === "internal"
      ? `${detail}: quote request id "${requestId}" when you report it`
      : detail,
    request_id: requestId,
    ...(errors.length === 0 ? {} : { errors }),
  } as const;
  // What a handler adds may have any names; the order stays.
  return { ...own, ...extensions, ...own };
}

/** The answer to a request that failed. */
export function problemAnswer(error: ServiceError, requestId: string): Response {
  return new Response(JSON.stringify(problemDocument(error, requestId)), problemInit(error));
}

/** Status and headers of the answer. */
export function problemInit(
  error: ServiceError,
): { status: number; headers: Record<string, string> } {
  const { status, retryAfterSeconds } = CODES[error.code];
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      // A few hundred bytes, of which a caller may get many: to compress one takes more than all the rest of it.
      "cache-control": "no-store, no-transform",
      ...(retryAfterSeconds === null ? {} : { "retry-after": `${retryAfterSeconds}` }),
      // RFC 9110, section 15.5.9. The runtime would wait on for the rest of the request.
      ...(status === 408 ? { "connection": "close" } : {}),
      ...error.headers,
    },
  };
}
