/**
 * The line of a request: what it says, and its text if lines are JSON. Each request has one, so its text is put
 * together here, without LogTape's record in between; the text is the same.
 *
 * @module
 */
import { CODES } from "../../errors/codes.ts";
import type { ObservationOf } from "../observation.ts";
import { CONTROL_IN_JSON, escaped } from "./control.ts";
import { describeCause, summarizeCause } from "./describe_cause.ts";
import { LEVELS } from "./json_line.ts";
import { round, roundedText } from "./round.ts";

export type RequestObservation = ObservationOf<"request">;

type Level = "debug" | "info" | "warning" | "error";

export const REQUEST_MESSAGE = "{method} {route} {status} in {duration_ms} ms";

const MAX_KNOWN = 4_096;
const MAX_KNOWN_LENGTH = 256;

/** Asked every second or so. Another line says when the service is not ready. */
const PROBES: ReadonlySet<string> = new Set(["/livez", "/readyz"]);

/** As the code says; without a code, a failure that a handler answered with, or an upload that broke off. */
export function requestLevel({ route, status, code, cause }: RequestObservation): Level {
  if (PROBES.has(route)) return "debug";
  if (code !== null) return CODES[code].logLevel;
  if (status >= 500) return "error";
  return cause === undefined ? "info" : "warning";
}

/** The fields of the line, in their order. */
export function requestFields(request: RequestObservation): Record<string, unknown> {
  const describe = requestLevel(request) === "error" ? describeCause : summarizeCause;
  return {
    method: request.method,
    route: request.route,
    ...(request.query === null ? {} : { query: request.query }),
    status: request.status,
    ...(request.completed ? {} : { completed: false }),
    duration_ms: round(request.durationMs),
    cassandra_ms: round(request.cassandraMs),
    request_id: request.requestId,
    iss: request.issuer,
    sub: request.subject,
    client_id: request.clientId,
    ...(request.code === null ? {} : { code: request.code }),
    ...(request.policy === null ? {} : { policy: request.policy }),
    ...(request.cause === undefined ? {} : { cause: describe(request.cause) }),
  };
}

/**
 * Makes lines as `jsonLineFormatter()` does.
 *
 * @param logger the category that the lines name
 */
export function createRequestLine(
  logger: string,
): (request: RequestObservation, timestamp: number) => string {
  const fixed = `","message":${JSON.stringify(REQUEST_MESSAGE)},"logger":${JSON.stringify(logger)}`;
  const known = new KnownTexts();
  let time = { at: NaN, text: "" };
  return (request, timestamp) => {
    // Many requests end in one millisecond.
    if (time.at !== timestamp) time = { at: timestamp, text: new Date(timestamp).toISOString() };
    const head = `{"@timestamp":"${time.text}","level":"${LEVELS[requestLevel(request)]}${fixed}`;
    return `${head},${rest(request, known)}\n`;
  };
}

/** The fields as JSON, without the braces. Fields that few lines have are written as an object is. */
function rest(request: RequestObservation, known: KnownTexts): string {
  const { query, code, policy, cause, completed } = request;
  if (code !== null || policy !== null || cause !== undefined || !completed) {
    return JSON.stringify(requestFields(request)).slice(1).replace(CONTROL_IN_JSON, escaped);
  }
  return `"method":${known.of(request.method)},"route":${known.of(request.route)}` +
    (query === null ? "" : `,"query":${known.of(query)}`) +
    `,"status":${request.status},"duration_ms":${roundedText(request.durationMs)}` +
    `,"cassandra_ms":${roundedText(request.cassandraMs)},"request_id":${text(request.requestId)}` +
    `,"iss":${known.of(request.issuer)},"sub":${known.of(request.subject)}` +
    `,"client_id":${known.of(request.clientId)}}`;
}

function text(value: string): string {
  return JSON.stringify(value).replace(CONTROL_IN_JSON, escaped);
}

/** Texts that many lines repeat: routes, queries and callers. As many are kept as fit into some 2 MB. */
class KnownTexts {
  readonly #known = new Map<string, string>();

  of(value: string | null): string {
    if (value === null) return "null";
    let known = this.#known.get(value);
    if (known === undefined) {
      known = text(value);
      if (value.length > MAX_KNOWN_LENGTH) return known;
      // The callers of today are not the callers of tomorrow.
      if (this.#known.size === MAX_KNOWN) this.#known.clear();
      this.#known.set(value, known);
    }
    return known;
  }
}
