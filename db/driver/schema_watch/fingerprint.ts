/**
 * What keeps bytes of one type from being executed under another. A node knows a prepared statement by
 * an id that is a hash of its keyspace and text (native protocol v4, section 4.1.4), so that two
 * processes that prepare the same text share the id, whatever each of them believes its types to be.
 * A comment after the statement makes the types a part of the text, and so of the id.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { DescribedStatement, DriverColumn, DriverType } from "../internals/driver_types.ts";

type Binds = Pick<DescribedStatement, "binds" | "partitionKey">;

/** The same for two statements whose values mean the same: names, types and partition key of the markers. */
export function fingerprintOf({ binds, partitionKey }: Binds): string {
  const described = binds.map(({ name, type }) => [name, describeType(type)]);
  const text = JSON.stringify([described, partitionKey]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** A nested type with the names of its fields: two types of one name may differ in them. */
function describeType({ code, info }: DriverType): unknown {
  if (Array.isArray(info)) return [code, info.map(describeType)];
  if (typeof info !== "object" || info === null) return [code, info ?? null];
  if ("code" in info) return [code, describeType(info as DriverType)];
  const { keyspace, name, fields } = info as {
    readonly keyspace: string;
    readonly name: string;
    readonly fields: readonly DriverColumn[];
  };
  return [code, keyspace, name, fields.map((field) => [field.name, describeType(field.type)])];
}

/**
 * The statement with a mark after it. The comment begins on a new line, so that a comment at the end of the
 * statement cannot hide it; CQL allows a comment wherever it allows a space.
 */
export function withMark(cql: string, mark: string): string {
  return `${cql}\n/* cqlgate ${mark} */`;
}
