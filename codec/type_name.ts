/**
 * Types as CQL spells them.
 *
 * @module
 */
import type { CqlType } from "./codec.ts";

/** The type's CQL name, such as `map<text, list<int>>`. Names are quoted if they need quotes. */
export function cqlName(type: CqlType): string {
  switch (type.kind) {
    case "list":
    case "set":
      return `${type.kind}<${cqlName(type.of)}>`;
    case "map":
      return `map<${cqlName(type.key)}, ${cqlName(type.value)}>`;
    case "tuple":
      return `tuple<${type.of.map(cqlName).join(", ")}>`;
    case "vector":
      return `vector<${cqlName(type.of)}, ${type.dimension}>`;
    case "udt":
      return /^[a-z][a-z0-9_]*$/.test(type.name)
        ? type.name
        : `"${type.name.replaceAll('"', '""')}"`;
    case "unknown":
      return `'${type.name.replaceAll("'", "''")}'`;
    default:
      return type.kind;
  }
}
