/**
 * What the registry says about a code: the columns of the tables in `client_codes.ts` and
 * `service_codes.ts`.
 *
 * @module
 */

/** What a route does, as far as it decides which codes the route can answer with. */
export type RouteTrait =
  /** Every route of the API. */
  | "any"
  /** Needs a token. */
  | "scoped"
  /** Requires claims to fit the request. */
  | "required"
  /** Has parameters in its path. */
  | "path_parameters"
  /** Takes a body. */
  | "body"
  /** Answers in media types that the client can choose from. */
  | "negotiated"
  /** Serves a query of this mode. */
  | "one"
  | "many"
  | "applied"
  /** Writes only what is there, or only what is not. */
  | "exists"
  | "not_exists"
  /** Answers with numbers of any size that its statement works out. */
  | "computed_numbers"
  /** Answers with an entity tag. */
  | "etag"
  /** Streams, takes uploads, or answers with what may be large. */
  | "streams"
  /** Has pages. */
  | "paged"
  /** Bounds the rows of its streams. */
  | "bounded"
  /** Reads a time range that lies in many partitions. */
  | "walk"
  /** Its condition comes from `If-Match`. */
  | "if_match"
  /** Has a quota. */
  | "limited"
  /** Writes. */
  | "writes"
  /** Writes what must not be written twice. */
  | "not_idempotent"
  /** Reads what `@audit` puts on record. */
  | "audited"
  /** Is written by hand, and may call any query. */
  | "hand_written";

/** Whether a client may send the same request again. */
export type Repeat =
  /** It fails in the same way until the request or its subject changes. */
  | "never"
  /** It may succeed, and does no harm. */
  | "at_once"
  /** As `at_once`, but not before some time has passed. */
  | "later"
  /** It may do again what was already done: the client must look first. */
  | "after_reading";

/** One row of the table. */
export interface CodeRow {
  readonly status: number;
  /** The code in words. */
  readonly title: string;
  readonly repeat: Repeat;
  /** For the header `Retry-After`; null if waiting does not help. */
  readonly retryAfterSeconds: number | null;
  /** The level of the log line of a request that gets this answer. */
  readonly logLevel: "info" | "warning" | "error";
  /** A route with any of these traits can give this answer; empty if only the service itself does. */
  readonly routes: readonly RouteTrait[];
  /** When it happens, for the documentation, in Markdown. */
  readonly meaning: string;
  /** What the client should do, for the documentation, in Markdown. */
  readonly action: string;
}
