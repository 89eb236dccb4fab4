/**
 * Values that a statement works out, such as `{'a': a, 'b': b}`: where a column is null, so is the member. In
 * what a table stores, only tuples and user-defined types have such members.
 *
 * @module
 */
import type { Schema } from "../../../codec/parts/format.ts";
import { nullable } from "../../../codec/parts/members.ts";

/**
 * The schema of a computed value: members of lists and maps may be null, at any depth. Cassandra refuses null in a
 * set and in a vector.
 */
export function withNullMembers(schema: Schema): Schema {
  const { items, prefixItems, additionalProperties } = schema;
  // A user-defined type is described once, for all that have it.
  if (schema["x-type"] !== undefined) return schema;
  return {
    ...schema,
    ...(items === undefined
      ? {}
      : { items: isList(schema) ? orNull(items) : withNullMembers(items) }),
    ...(prefixItems === undefined ? {} : { prefixItems: prefixItems.map(withNullMembers) }),
    ...(additionalProperties === undefined || additionalProperties === false
      ? {}
      : { additionalProperties: orNull(additionalProperties) }),
  };
}

function orNull(schema: Schema): Schema {
  return nullable(withNullMembers(schema));
}

/** Of arrays, a vector has a length, and the members of a set are distinct. */
function isList({ uniqueItems = false, minItems }: Schema): boolean {
  return !uniqueItems && minItems === undefined;
}
