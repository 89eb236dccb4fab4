/**
 * `@raw` against the types of the server: the content has to be a blob, and the type a text. In a SELECT
 * they are columns of the result, in a write markers.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { writtenName } from "../../../catalog/statement/written_name.ts";
import type { Report } from "../../../catalog/text/source.ts";
import { suggest } from "../../../catalog/text/suggest.ts";
import type { Codec, CqlType } from "../../../codec/codec.ts";
import type { PreparedColumn, PreparedParam } from "../prepared_query.ts";

export interface RawFacts {
  readonly columns: readonly PreparedColumn[];
  readonly params: readonly PreparedParam[];
}

export function checkRawTypes(query: Query, { columns, params }: RawFacts, report: Report): void {
  const { raw, verb } = query;
  if (raw === null) return;
  const known = new Map<string, Codec>(
    verb === "select"
      ? columns.map(({ name, codec }) => [name, codec])
      : params.map(({ param, codec }) => [param.name, codec]),
  );
  const wanted: [typeof raw.type, kinds: CqlType["kind"][], what: string][] = [
    [raw.content, ["blob"], "content"],
    [raw.type, ["text", "ascii"], "type of the content"],
  ];
  for (const [place, kinds, what] of wanted) {
    if (place === null) continue;
    const { name, span } = place;
    const codec = known.get(name);
    if (codec === undefined && verb === "select") {
      report({
        span,
        message: `Cannot use "${name}" as the ${what}: the statement does not select it`,
        help: suggest(name, [...known.keys()].map(writtenName)),
      });
    } else if (codec !== undefined && !kinds.includes(codec.type.kind)) {
      report({
        span,
        message: `Cannot use "${name}" of type "${codec.cql}" as the ${what}`,
        help: `Use ${verb === "select" ? "a column" : "a marker"} of type "${kinds[0]}"`,
      });
    }
  }
}
