/**
 * Random CQL types, and tables with columns of them.
 *
 * @module
 */
import fc from "fast-check";

const PRIMITIVES = [
  "ascii",
  "bigint",
  "blob",
  "boolean",
  "date",
  "decimal",
  "double",
  "duration",
  "float",
  "inet",
  "int",
  "smallint",
  "text",
  "time",
  "timestamp",
  "timeuuid",
  "tinyint",
  "uuid",
  "varchar",
  "varint",
] as const;

export type Primitive = typeof PRIMITIVES[number];

export type Type =
  | { readonly kind: Primitive }
  | { readonly kind: "list" | "set"; readonly of: Type }
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  | { readonly kind: "tuple"; readonly of: readonly Type[] }
  | { readonly kind: "udt"; readonly name: string; readonly fields: readonly Field[] }
  | { readonly kind: "vector"; readonly of: Type; readonly dimension: number };

export interface Field {
  readonly name: string;
  readonly type: Type;
}

export interface StoredColumn {
  readonly type: Type;
  readonly frozen: boolean;
  /** As {@link createTypes}. */
  readonly types: readonly string[];
}

export interface Table {
  readonly columns: readonly StoredColumn[];
}

const FIELD_NAMES = ["street", "zip", "Upper Case", "__proto__", "constructor", "ñandú", "select"];

const vectorType = fc.record({
  kind: fc.constant("vector" as const),
  of: fc.constantFrom(...PRIMITIVES).map((kind): Type => ({ kind })),
  dimension: fc.integer({ min: 1, max: 5 }),
});

/** Durations have no order, so that neither sets nor the keys of maps may hold them. */
function typeOf(options: { durations: boolean; depth: number }): fc.Arbitrary<Type> {
  const { durations, depth } = options;
  const primitive = fc.constantFrom(
    ...PRIMITIVES.filter((kind) => durations || kind !== "duration"),
  )
    .map((kind): Type => ({ kind }));
  if (depth === 0) return primitive;
  const inner = typeOf({ durations, depth: depth - 1 });
  const ordered = typeOf({ durations: false, depth: depth - 1 });
  return fc.oneof(
    { arbitrary: primitive, weight: 3 },
    fc.record({ kind: fc.constant("list" as const), of: inner }),
    fc.record({ kind: fc.constant("set" as const), of: ordered }),
    fc.record({ kind: fc.constant("map" as const), key: ordered, value: inner }),
    fc.record({
      kind: fc.constant("tuple" as const),
      of: fc.array(inner, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("udt" as const),
      name: fc.uuid().map((id) => `t_${id.replaceAll("-", "")}`),
      fields: fc.uniqueArray(
        fc.record({ name: fc.constantFrom(...FIELD_NAMES), type: inner }),
        { selector: ({ name }) => name, minLength: 1, maxLength: 3 },
      ),
    }),
    vectorType,
  );
}

/** What sets and the keys of maps may hold. */
export const memberTypes: fc.Arbitrary<Type> = fc.oneof(
  fc.constantFrom(...PRIMITIVES.filter((kind) => kind !== "duration")).map((kind) => ({ kind })),
  typeOf({ durations: false, depth: 2 }),
);

export const tables: fc.Arbitrary<Table> = fc.record({
  columns: fc.array(
    fc.record({ type: typeOf({ durations: true, depth: 3 }), frozen: fc.boolean() })
      .map(({ type, frozen }): StoredColumn => ({
        type,
        // Tuples and vectors always are; primitives have nothing to freeze.
        frozen: frozen || !["list", "set", "map", "udt"].includes(type.kind),
        types: createTypes(type),
      })),
    { minLength: 3, maxLength: 3 },
  ),
});

export function columnType({ type, frozen }: StoredColumn): string {
  return typeName(type, frozen);
}

/** A collection or user-defined type inside another must be frozen. */
export function typeName(type: Type, frozen: boolean): string {
  const freeze = (name: string) => frozen ? `frozen<${name}>` : name;
  switch (type.kind) {
    case "list":
    case "set":
      return freeze(`${type.kind}<${typeName(type.of, true)}>`);
    case "map":
      return freeze(`map<${typeName(type.key, true)}, ${typeName(type.value, true)}>`);
    case "tuple":
      return `tuple<${type.of.map((of) => typeName(of, true)).join(", ")}>`;
    case "udt":
      return freeze(type.name);
    case "vector":
      return `vector<${typeName(type.of, true)}, ${type.dimension}>`;
    default:
      return type.kind;
  }
}

/** The `CREATE TYPE` statements that a type needs, the innermost first. */
export function createTypes(type: Type): string[] {
  switch (type.kind) {
    case "list":
    case "set":
    case "vector":
      return createTypes(type.of);
    case "map":
      return [...createTypes(type.key), ...createTypes(type.value)];
    case "tuple":
      return type.of.flatMap(createTypes);
    case "udt": {
      const fields = type.fields.map(({ name, type }) => `"${name}" ${typeName(type, true)}`);
      return [
        ...type.fields.flatMap(({ type }) => createTypes(type)),
        `CREATE TYPE ${type.name} (${fields.join(", ")});`,
      ];
    }
    default:
      return [];
  }
}
