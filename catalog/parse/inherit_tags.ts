/**
 * The tags of a query and of its file → the tags that apply to the query: its own replace those of the
 * file, and a tag of the file that cannot concern the query is left out.
 *
 * @module
 */

import type { Marker } from "../query.ts";
import type { Verb } from "../statement/statement.ts";
import { type ConsistencyTag, isSerial } from "../tags/execution/consistency_tag.ts";
import type { ParamTag } from "../tags/input/param_tag.ts";
import type { Mode } from "../tags/parts/mode.ts";
import type { MaskTag } from "../tags/policy/mask_tag.ts";
import type { RateTag } from "../tags/policy/rate_tag.ts";
import type { Requirement } from "../tags/policy/require_tag.ts";
import type { Tags } from "../tags/tags.ts";
import { type FileClaim, fileClaims } from "./file_claims.ts";
import { boundClaims, boundRequirements, optOutNames } from "./opt_outs.ts";

/** What decides which tags of its file concern a query. */
export interface InheritingQuery {
  readonly mode: Mode | null;
  readonly verb: Verb | null;
  /** Whether the statement has an `IF`. */
  readonly conditional: boolean;
  readonly markers: readonly Marker[];
}

export function inheritTags(own: Tags, file: Tags, query: InheritingQuery): Tags {
  const facts = { tags: file, claims: fileClaims(file), optOuts: optOutNames(file) };
  return {
    ...own,
    scope: hasOwnAccess(own) || own.route.length === 0 ? own.scope : file.scope,
    param: [
      ...own.param,
      ...boundClaims(own, facts).flatMap((claim) => inheritClaim(claim, own, query.markers)),
    ],
    require: [
      ...own.require,
      ...boundRequirements(own, facts).flatMap((requirement) =>
        inheritRequirement(requirement, own, query.markers)
      ),
    ],
    mask: [...own.mask, ...inheritMasks(own, file)],
    consistency: own.consistency.length > 0
      ? own.consistency
      : file.consistency.flatMap((tag) => fittingConsistency(tag, query)),
    timeout: own.timeout.length > 0 ? own.timeout : file.timeout,
    deprecated: own.deprecated.length > 0 || own.route.length === 0
      ? own.deprecated
      : file.deprecated,
    rate: own.route.length === 0 ? own.rate : inheritRates(own, file),
    coalesce: own.coalesce.length > 0 || query.verb !== "select" ? own.coalesce : file.coalesce,
    audit: own.audit.length > 0 || query.verb !== "select" ? own.audit : file.audit,
    sensitive: [
      ...own.sensitive,
      ...file.sensitive.filter(({ column }) =>
        !own.sensitive.some((other) => other.column === column)
      ),
    ],
    "max-rows": own["max-rows"].length > 0 || query.mode !== "many"
      ? own["max-rows"]
      : file["max-rows"],
    page: own.page.length > 0 || query.mode !== "many" ? own.page : file.page,
  };
}

/** A query's own rates of requests replace those of the file, and likewise of rows. */
function inheritRates(own: Tags, file: Tags): readonly RateTag[] {
  const quantities = new Set(own.rate.map(({ quantity }) => quantity));
  return [...own.rate, ...file.rate.filter(({ quantity }) => !quantities.has(quantity))];
}

function hasOwnAccess({ scope, public: open }: Tags): boolean {
  return scope.length > 0 || open.length > 0;
}

/** A query's own mask of a column takes the place of the file's. */
function inheritMasks(own: Tags, file: Tags): MaskTag[] {
  const masked = new Set(own.mask.flatMap(({ masks }) => masks.map(({ column }) => column)));
  return file.mask.map((tag) => ({
    ...tag,
    masks: tag.masks.filter(({ column }) => !masked.has(column)),
  }));
}

/** Leaves out a claim whose marker is missing or taken from elsewhere, for `checks/file/` to judge. */
function inheritClaim(
  { name, tag }: FileClaim,
  own: Tags,
  markers: readonly Marker[],
): readonly ParamTag[] {
  const span = markers.find((marker) => marker.name === name)?.spans[0];
  const isOwn = own.public.length > 0 ||
    own.param.some((param) => param.name === name) ||
    own.walk.some(({ bucket }) => bucket?.text === name) ||
    own.route.some(({ path }) => path?.markers.some((marker) => marker.text === name));
  // A mistake about its value in this query is reported at this query's marker.
  if (span === undefined || isOwn) return [];
  return [{ ...tag, name, nameSpan: span, sourceSpan: span, span }];
}

/**
 * A mistake about its value in this query is reported at this query's marker. Without the marker, and if the
 * query is public, it is left out, for `checks/file/` to judge.
 */
function inheritRequirement(
  requirement: Requirement,
  own: Tags,
  markers: readonly Marker[],
): readonly Requirement[] {
  const { comparand } = requirement;
  if (own.public.length > 0) return [];
  if (comparand.kind === "literal") return [requirement];
  const span = markers.find(({ name }) => name === comparand.name)?.spans[0];
  return span === undefined ? [] : [{ ...requirement, comparandSpan: span, span }];
}

/** The part of the tag that fits the statement; none where neither level nor serial level does. */
function fittingConsistency(
  { level, serial, ...spans }: ConsistencyTag,
  { verb, conditional }: InheritingQuery,
): readonly ConsistencyTag[] {
  const fits = verb === "select" ? level !== "ANY" : !isSerial(level);
  if (verb === null) return [];
  return [{
    ...spans,
    level: fits ? level : null,
    serial: conditional ? serial : null,
    serialSpan: conditional ? spans.serialSpan : null,
  }];
}
