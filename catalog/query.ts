/**
 * What a query file says, as data: the one vocabulary that `catalog/` produces and that `db/` and
 * `routes/` read. Nothing here knows of the driver or of HTTP frameworks.
 *
 * @module
 */

import type { Statement, Verb } from "./statement/statement.ts";
import type { Span } from "./text/source.ts";

export type { Verb };

/** How many rows a query answers with, and so the shape of its response. */
export type Mode = "one" | "many" | "exec" | "applied";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The width of a time bucket, calendar units in UTC; weeks are those of ISO 8601. */
export type BucketUnit = "hour" | "day" | "week" | "month" | "year";

/** Where the value of a parameter comes from. */
export type ParamSource =
  | { readonly in: "path" | "query" | "header" | "body" }
  | { readonly in: "claim"; readonly claim: string }
  /** The entity tag of `If-Match` (RFC 9110, section 13.1.1), for the condition of an `IF`. */
  | { readonly in: "if-match" }
  /** Each bucket of an `@walk` in turn. */
  | { readonly in: "walk" }
  | { readonly in: "bucket"; readonly of: string; readonly by: BucketUnit };

/** A bind marker of the statement and the source of its value. */
export interface Param {
  /** The marker without its colon. */
  readonly name: string;
  readonly source: ParamSource;
  /** Left out by the caller, it is bound UNSET. */
  readonly optional: boolean;
  /** The text to use where the caller sends nothing; read like a query parameter's. */
  readonly default: string | null;
  /**
   * On a path, query or body parameter: the value must be the name of a time bucket of this unit,
   * such as `2010-01` for `month`.
   */
  readonly by: BucketUnit | null;
  /**
   * Bounds, read like a query parameter's: of a number its value, of text its characters, of a
   * collection its members. Null where there is none.
   */
  readonly min: string | null;
  readonly max: string | null;
  /** The `@param` tag, or where there is none the marker's first appearance. */
  readonly span: Span;
}

/** A bind marker `:name` and every place it stands in. */
export interface Marker {
  readonly name: string;
  readonly spans: readonly Span[];
}

/** How a query is reached over HTTP. */
export interface Route {
  readonly method: Method;
  /** With markers in braces: `/stations/{station_id}`. */
  readonly path: string;
  readonly span: Span;
}

/** Who may call a query. An internal query has no route and is called by hand-written ones only. */
export type Access =
  | { readonly kind: "internal" }
  | { readonly kind: "public" }
  /** Any one of the alternatives suffices; all scopes of an alternative are needed. */
  | { readonly kind: "scopes"; readonly anyOf: readonly (readonly string[])[] };

/** What a write can answer with where it succeeds. */
export type SuccessStatus = 200 | 201 | 202 | 204;

/** The page sizes of a `:many` query, in rows. */
export interface Page {
  readonly size: number;
  readonly max: number;
}

/** A column whose value is the entity tag of a `:one` query's row. */
export interface Etag {
  readonly column: string;
  readonly span: Span;
}

/** A column of a row that may be shown where the condition of an `:applied` query did not hold. */
export interface CurrentColumn {
  readonly name: string;
  readonly span: Span;
}

/** How a `:many` query goes through the time buckets of a range, one partition after the other. */
export interface Walk {
  /** The marker that each bucket is bound to. */
  readonly bucket: string;
  readonly by: BucketUnit;
  /** The markers of the range's ends, both inclusive as far as buckets go. */
  readonly from: string;
  readonly to: string;
  /** By time; that of the rows inside a bucket must be the same. */
  readonly order: "asc" | "desc";
  /** Buckets that one request may span. */
  readonly max: number;
  readonly span: Span;
}

/** A consistency level by its CQL name, such as `LOCAL_QUORUM`. */
export type Consistency =
  | "ANY"
  | "ONE"
  | "TWO"
  | "THREE"
  | "QUORUM"
  | "ALL"
  | "LOCAL_QUORUM"
  | "EACH_QUORUM"
  | "LOCAL_ONE"
  /** Of reads alone: they see what lightweight transactions are about. */
  | SerialConsistency;

export type SerialConsistency = "SERIAL" | "LOCAL_SERIAL";

/** One named query of a query file, parsed and checked as far as its text allows. */
export interface Query {
  /** Also the `operationId`. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly mode: Mode;
  /** The file's name without its ending: the OpenAPI tag. */
  readonly group: string;
  /** The first line of the prose; empty where there is none. */
  readonly summary: string;
  /** The whole prose, lines joined by newlines. */
  readonly description: string;
  /** Verbatim, without the closing semicolon and the space around it. */
  readonly statement: string;
  readonly statementSpan: Span;
  /** The statement as a tree. */
  readonly parsed: Statement;
  readonly verb: Verb;
  /** Whether the statement has an `IF`: a lightweight transaction. */
  readonly conditional: boolean;
  /** In the order of their first appearance. */
  readonly markers: readonly Marker[];
  /** One for each marker, in the same order. */
  readonly params: readonly Param[];
  readonly route: Route | null;
  readonly access: Access;
  readonly consistency: Consistency | null;
  readonly serialConsistency: SerialConsistency | null;
  /** For `:many` only, where it always has a value; null otherwise. */
  readonly page: Page | null;
  readonly etag: Etag | null;
  readonly walk: Walk | null;
  /** Whether the route takes many inputs in one request. */
  readonly bulk: boolean;
  /** What a write with a route answers with where it succeeds; null for others. */
  readonly status: SuccessStatus | null;
  /** What a caller may see of the row where the condition did not hold, beside the key that it sent. */
  readonly current: readonly CurrentColumn[];
}
