/**
 * A prepared query as the audit log has it: which release of the statement, and on which partitions.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import type { KeyPart, OperationFacts, Partition } from "../../audit/event.ts";
import { canonicalText } from "../../catalog/statement/canonical_text.ts";
import type { Codec, Json } from "../../codec/codec.ts";
import type {
  EncodedValues,
  PartitionColumn,
  PreparedPartition,
  PreparedQuery,
} from "../../db/prepare/prepared_query.ts";

/** The facts that are the same for every request. */
export interface AuditedQuery extends Pick<OperationFacts, "query" | "statement_sha256"> {
  /** The partitions of these values, each once. */
  partitionsOf(values: EncodedValues): Partition[];
}

export interface AuditedQueryOptions {
  /** For `@sensitive … hash`; null where no query has it. */
  readonly hashKey: Uint8Array | null;
}

/** A longer value stands in the log as the hash of its bytes, as Cassandra has them. */
const MAX_VALUE_BYTES = 1_024;

/** What the audit log says about a query and the values of a request; `@sensitive` columns have no value. */
export function auditedQuery(
  { query, partitions }: PreparedQuery,
  { hashKey }: AuditedQueryOptions,
): AuditedQuery {
  const sensitive = new Map(query.sensitive.map(({ column, isHashed }) => [column, isHashed]));

  function partOf(column: PartitionColumn, given: readonly Given[]): KeyPart {
    const isHashed = sensitive.get(column.column);
    if (isHashed === undefined) return keyPart(column, given);
    const { column: name, isOneOf } = column;
    if (!isHashed || hashKey === null) return { column: name, hidden: true };
    const hashes = jsonOf(column, given).map((value) => hmac(textOf(value), hashKey));
    return { column: name, hmac_sha256: isOneOf ? hashes : hashes[0]! };
  }

  function valuesOf({ table, key }: PreparedPartition, values: EncodedValues): Partition {
    return {
      table,
      key: key.flatMap((column): KeyPart[] => {
        const given = column.sources.map((source) => readSource(source, values));
        // A walk binds each bucket in turn, so its value is not here.
        return given.some((value) => value === null)
          ? []
          : [partOf(column, given.filter((value) => value !== null))];
      }),
    };
  }

  return {
    query: query.name,
    statement_sha256: sha256(canonicalText(query.parsed)),
    partitionsOf: (values) => distinct(partitions.map((partition) => valuesOf(partition, values))),
  };
}

/** What two partitions that are the same have in common. */
export function identityOf(partition: Partition): string {
  return JSON.stringify(partition);
}

function distinct(partitions: readonly Partition[]): Partition[] {
  if (partitions.length < 2) return [...partitions];
  return [...new Map(partitions.map((each) => [identityOf(each), each])).values()];
}

/** A value of a request, or of the statement itself. */
type Given = { readonly bytes: Buffer; readonly codec: Codec } | { readonly literal: Json };

/** Null if nothing is bound. */
function readSource(
  source: PartitionColumn["sources"][number],
  values: EncodedValues,
): Given | null {
  if ("literal" in source) return source;
  const { param, codec } = source.param;
  const bytes = values[param.name];
  return bytes ? { bytes, codec } : null;
}

function keyPart(part: PartitionColumn, given: readonly Given[]): KeyPart {
  const { column } = part;
  const bytes = given.map((value) =>
    "bytes" in value ? value.bytes : Buffer.from(`${value.literal}`)
  );
  if (bytes.reduce((sum, { length }) => sum + length, 0) > MAX_VALUE_BYTES) {
    return { column, sha256: sha256(Buffer.concat(bytes)) };
  }
  const read = jsonOf(part, given);
  return part.isOneOf ? { column, one_of: read } : { column, value: read[0]! };
}

/** The values as the API writes them; the marker of a whole list has all the values of an `IN`. */
function jsonOf({ isOneOf, sources }: PartitionColumn, given: readonly Given[]): Json[] {
  const read = given.map((value) =>
    "bytes" in value ? value.codec.decode(value.bytes, 0, value.bytes.length) : value.literal
  );
  const [first] = read;
  const isWholeList = isOneOf && sources.length === 1 && Array.isArray(first);
  return isWholeList ? first : read;
}

/** The text to hash: a text as it is, so that others can hash the same; for other values, their JSON. */
function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function hmac(text: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
