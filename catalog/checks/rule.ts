/**
 * What a rule sees. Each rule is a file that exports a function, in the room of what it is about, and a line
 * in the list of `rules.ts`. It looks at header, tags and statement together, and reports what does not fit.
 *
 * @module
 */

import type { Header } from "../parse/header.ts";
import type { Marker, Param } from "../query.ts";
import type { MarkerRole } from "../statement/marker_roles.ts";
import type { Statement, Verb } from "../statement/statement.ts";
import type { Mode } from "../tags/parts/mode.ts";
import type { RouteTag } from "../tags/route/route_tag.ts";
import type { Tags } from "../tags/tags.ts";
import type { Report } from "../text/source.ts";
import type { Token } from "../text/token.ts";

/** A query whose parts are read, whatever may be wrong with each of them. */
export interface QueryFacts {
  /** Null if it is missing. */
  readonly header: Header | null;
  /** Null if it is missing or unknown. */
  readonly mode: Mode | null;
  /** Those that apply to it: its own, and those of its file. */
  readonly tags: Tags;
  /** Only its own. */
  readonly own: Tags;
  /** Null for an internal query. */
  readonly route: RouteTag | null;
  readonly statement: Statement;
  /** The first token of the statement. */
  readonly start: Token;
  /** Null if the statement has no place in a query file. */
  readonly verb: Verb | null;
  /** Whether the statement has an `IF`: a lightweight transaction. */
  readonly conditional: boolean;
  readonly markers: readonly Marker[];
  readonly roles: readonly MarkerRole[];
  /** One for each marker whose source is known. */
  readonly params: readonly Param[];
}

export type Rule = (query: QueryFacts, report: Report) => void;

/** A verb in a message: `INSERT`, `a batch`. */
export function nameOfVerb(verb: Verb): string {
  return verb === "batch" ? "a batch" : verb.toUpperCase();
}
