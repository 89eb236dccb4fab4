/**
 * What a query file says, as data: the vocabulary that `catalog/` produces and that `db/` and `routes/`
 * read. Nothing here knows the driver or an HTTP framework.
 *
 * @module
 */

import type { Statement, Verb } from "./statement/statement.ts";
import type { ParamOptions } from "./tags/input/options/options.ts";
import type { GeneratedKind } from "./tags/input/sources/generated_source.ts";
import type { BucketNumber, EpochUnit } from "./tags/parts/bucket_number.ts";
import type { BucketUnit } from "./tags/parts/bucket_unit.ts";
import type { Mode } from "./tags/parts/mode.ts";
import type { Rate } from "./tags/parts/rate.ts";
import type { Mask } from "./tags/policy/mask_tag.ts";
import type { Requirement } from "./tags/policy/require_tag.ts";
import type { SensitiveColumn } from "./tags/policy/sensitive_tag.ts";
import type { Waiver } from "./tags/policy/waive_tag.ts";
import type { TagSettings } from "./tags/tags.ts";
import type { Span } from "./text/source.ts";

export type { Verb } from "./statement/statement.ts";
export type { BucketNumber, EpochUnit } from "./tags/parts/bucket_number.ts";
export type { BucketUnit } from "./tags/parts/bucket_unit.ts";
export type { Bulk } from "./tags/input/bulk_tag.ts";
export type { CacheTimes } from "./tags/execution/cache_tag.ts";
export type { Consistency, SerialConsistency } from "./tags/execution/consistency_tag.ts";
export type { CurrentColumn } from "./tags/answer/current_tag.ts";
export type { Deprecation } from "./tags/route/deprecated_tag.ts";
export type { Etag } from "./tags/answer/etag_tag.ts";
export type { GeneratedKind } from "./tags/input/sources/generated_source.ts";
export type { Mask, MaskKind } from "./tags/policy/mask_tag.ts";
export type { Method } from "./tags/parts/method.ts";
export type { Mode } from "./tags/parts/mode.ts";
export type { Page } from "./tags/paging/page_tag.ts";
export type { Raw } from "./tags/answer/raw_tag.ts";
export type { Comparison, Requirement } from "./tags/policy/require_tag.ts";
export type { Rate, RatePartition } from "./tags/parts/rate.ts";
export type { Route } from "./tags/route/route_tag.ts";
export type { Scan } from "./tags/paging/scan_tag.ts";
export type { SensitiveColumn } from "./tags/policy/sensitive_tag.ts";
export type { SuccessStatus } from "./tags/answer/status_tag.ts";
export type { Waiver } from "./tags/policy/waive_tag.ts";
export type { Walk } from "./tags/paging/walk_tag.ts";

/** Where the value of a parameter comes from. */
export type ParamSource =
  | { readonly in: "query" | "header" | "body" }
  | {
    readonly in: "path";
    /** What clients call the segment if another route of the same path names it; absent if none does. */
    readonly segment?: string;
  }
  /** The path of the claim, for `parseClaimPath`. */
  | { readonly in: "claim"; readonly claim: string }
  /** The entity tag of `If-Match` (RFC 9110, section 13.1.1), for the condition of an `IF`. */
  | { readonly in: "if-match" }
  /** The whole body of an `@raw` write, and its media type. */
  | { readonly in: "content" | "content-type" }
  /** Each bucket of an `@walk` in turn. */
  | { readonly in: "walk" }
  /** A token at an end of a range of an `@scan`. */
  | { readonly in: "scan"; readonly end: "from" | "to" }
  | {
    readonly in: "bucket";
    /** A parameter, or `now` without such a parameter: the time of the request. */
    readonly of: string;
    readonly by: BucketUnit;
    /** The unit of the values that it is derived from; null if their type says it. */
    readonly unit: EpochUnit | null;
    /** How an integer names the bucket; null if the tag does not say. */
    readonly number: BucketNumber | null;
  }
  /** Made once for each request, or for each line of an upload. */
  | { readonly in: "generated"; readonly kind: GeneratedKind };

/**
 * A bind marker of the statement, the source of its value, and what the options of its tag say. A bucket
 * keeps the unit only in its source.
 */
export interface Param extends ParamOptions {
  /** The marker without its colon. */
  readonly name: string;
  readonly source: ParamSource;
  /** Whether the caller may leave it out; it is then bound UNSET. */
  readonly optional: boolean;
  /** The `@param` tag, or else the marker's first appearance. */
  readonly span: Span;
}

/** A bind marker `:name` and every place where it occurs. */
export interface Marker {
  readonly name: string;
  readonly spans: readonly Span[];
}

/** A rate, and what it counts together. */
export interface QueryRate extends Rate {
  /** Only the query, or all queries of its file that have no rate of their own. */
  readonly over: "query" | "file";
}

/** Who may call a query. An internal query has no route and is called by hand-written routes only. */
export type Access =
  | { readonly kind: "internal" }
  | { readonly kind: "public" }
  /** Any one of the alternatives suffices; all scopes of an alternative are needed. */
  | { readonly kind: "scopes"; readonly anyOf: readonly (readonly string[])[] };

/**
 * One named query of a query file, parsed and checked as far as its text allows. It carries what its tags
 * say, each under the tag's name.
 */
export interface Query extends TagSettings {
  /** Also the `operationId`. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly mode: Mode;
  /** The file's name without its ending: the OpenAPI tag. */
  readonly group: string;
  /** The first line of the prose; empty without prose. */
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
  readonly access: Access;
  /** What claims of the caller's token have to be; all of them, its file's included. */
  readonly requirements: readonly Requirement[];
  /** What is hidden from callers who lack a scope. */
  readonly masks: readonly Mask[];
  /** How much of it may be used. */
  readonly rates: readonly QueryRate[];
  /** The columns of its partition keys whose values are not for the audit log. */
  readonly sensitive: readonly SensitiveColumn[];
  /** The guardrails that do not apply to it. */
  readonly waivers: readonly Waiver[];
}
