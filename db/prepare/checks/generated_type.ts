/**
 * The kind of a generated value against the type of its marker.
 *
 * @module
 */
import type { GeneratedKind, Param } from "../../../catalog/query.ts";
import type { Report } from "../../../catalog/text/source.ts";
import type { Codec, PrimitiveKind } from "../../../codec/codec.ts";

/** The type of each kind's values. */
const TYPES: Readonly<Record<GeneratedKind, PrimitiveKind>> = {
  uuid: "uuid",
  timeuuid: "timeuuid",
  now: "timestamp",
  date: "date",
};

export function checkGeneratedType(
  { name, source, span }: Param,
  codec: Codec,
  report: Report,
): void {
  if (source.in !== "generated" || codec.type.kind === TYPES[source.kind]) return;
  const fitting = Object.entries(TYPES).find(([, type]) => type === codec.type.kind);
  report({
    span,
    message: `Cannot generate a "${source.kind}" for "${name}" of type "${codec.cql}"`,
    help: fitting === undefined
      ? `Use a column of type "${TYPES[source.kind]}", or take the value from elsewhere`
      : `Write "in generated:${fitting[0]}"`,
  });
}
