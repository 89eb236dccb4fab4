/**
 * The facts that the checks of a parameter look at.
 *
 * @module
 */
import type { Param, Query } from "../../../catalog/query.ts";
import type { Report } from "../../../catalog/text/source.ts";
import type { Codec } from "../../../codec/codec.ts";
import type { MarkerPlace } from "../statement_context.ts";

export interface ParamFacts {
  readonly query: Query;
  readonly param: Param;
  /** One for each place that the marker stands in; at least one. */
  readonly codecs: readonly [Codec, ...Codec[]];
  readonly places: readonly MarkerPlace[];
  readonly report: Report;
}
