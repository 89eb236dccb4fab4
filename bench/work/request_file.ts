/**
 * Requests as lines of a file, which the generators of load read: the method, the path, and for a write its body.
 *
 * @module
 */

export interface PlannedRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** JSON, without a line break; null for a read. */
  readonly body: string | null;
}

export function formatRequest({ method, path, body }: PlannedRequest): string {
  return body === null ? `${method} ${path}` : `${method} ${path} ${body}`;
}

export function parseRequest(line: string): PlannedRequest {
  const [, method, path, body] = /^(GET|POST) (\S+)(?: (.+))?$/.exec(line) ?? [];
  if ((method !== "GET" && method !== "POST") || path === undefined) {
    throw new TypeError(`Cannot read a planned request: "${line}"`);
  }
  return { method, path, body: body ?? null };
}
