/**
 * A prepared query as the audit log has it: which release of the statement, and on which partitions.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { KeyPart, OperationFacts, Partition } from "../../audit/event.ts";
import { canonicalText } from "../../catalog/statement/canonical_text.ts";
import type { Codec, Json } from "../../codec/codec.ts";
import type {
  EncodedValues,
  PartitionColumn,
  PreparedPartition,
  PreparedQuery,
} from "../../db/prepare/prepared_query.ts";

/** What is the same for every request. */
export interface AuditedQuery extends Pick<OperationFacts, "query" | "statement_sha256"> {
  /** The partitions of these values, each once. */
  partitionsOf(values: EncodedValues): Partition[];
}

/** A longer value stands in the log as the hash of its bytes, as Cassandra has them. */
const MAX_VALUE_BYTES = 1_024;

export function auditedQuery({ query, partitions }: PreparedQuery): AuditedQuery {
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

function valuesOf({ table, key }: PreparedPartition, values: EncodedValues): Partition {
  return {
    table,
    key: key.flatMap((part): KeyPart[] => {
      const given = part.sources.map((source) => readSource(source, values));
      // A walk binds each bucket in turn, so that there is no value of it here.
      return given.some((value) => value === null)
        ? []
        : [keyPart(part, given.filter((value) => value !== null))];
    }),
  };
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

function keyPart({ column, isOneOf }: PartitionColumn, given: readonly Given[]): KeyPart {
  const bytes = given.map((value) =>
    "bytes" in value ? value.bytes : Buffer.from(`${value.literal}`)
  );
  if (bytes.reduce((sum, { length }) => sum + length, 0) > MAX_VALUE_BYTES) {
    return { column, sha256: sha256(Buffer.concat(bytes)) };
  }
  const [first, ...others] = given.map((value) =>
    "bytes" in value ? value.codec.decode(value.bytes, 0, value.bytes.length) : value.literal
  );
  if (!isOneOf) return { column, value: first! };
  // The marker of a whole list has all the values of an IN.
  return {
    column,
    one_of: Array.isArray(first) && others.length === 0 ? first : [first!, ...others],
  };
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
