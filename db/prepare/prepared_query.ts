/**
 * A query that is ready to run: what the file, the server and the table say about it together.
 * `prepare_query.ts` makes it, once; requests only read it.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Param, Query, Walk } from "../../catalog/query.ts";
import type { Codec, CqlType, Json } from "../../codec/codec.ts";
import type { BoundValues, PreparedStatement } from "../driver/internals/driver_types.ts";
import type { Similarity } from "../schema/table.ts";
import type { BucketDerivation, Bucketing } from "./bucket_param.ts";
import type { ColumnMask } from "./column_mask.ts";
import type { JointLimit } from "./facts/joint_limit.ts";
import type { LengthLimit } from "./facts/length_limit.ts";
import type { Row, RowReader, ShapeReader } from "./rows/read_rows.ts";

/** Encoded values by parameter name; null deletes, a missing one is UNSET. */
export type EncodedValues = Readonly<Record<string, Buffer | null | undefined>>;

/** A query that is ready to run. */
export interface PreparedQuery {
  readonly query: Query;
  readonly statement: PreparedStatement;
  readonly params: readonly PreparedParam[];
  /** Parameters of the body of which at least one is needed to write anything; may be empty. */
  readonly leastWritten: readonly Param[];
  /** How long some of its values may be together. */
  readonly jointLimits: readonly JointLimit[];
  /**
   * Of a SELECT, its rows. Of an `:applied` query, the columns that the current row may have where the
   * condition did not hold. Else empty.
   */
  readonly columns: readonly PreparedColumn[];
  /** The table that its rows are of; null for writes. */
  readonly origin: RowOrigin | null;
  /** What the `IF` of a lightweight transaction checks; null without one. */
  readonly condition: PreparedCondition | null;
  /** How the buckets of a range are read; null without `@walk`. */
  readonly walk: PreparedWalk | null;
  readonly rowReader: RowReader;
  readonly shapeReader: ShapeReader;
  readonly idempotent: boolean;
  /** Whether identical reads at the same time share an answer. */
  readonly shared: boolean;
  /** How the same request is recognised when it comes again; null if it is not. */
  readonly repetition: Repetition | null;
  /** Where the row that a write creates is read; null without `@location`. */
  readonly location: PreparedLocation | null;
  /** The value that a write stores as the entity tag of its row; null if it stores none. */
  readonly entityTag: PreparedParam | null;
  readonly writes: boolean;
  /** Whether Cassandra answers in pages; false if it has to give all rows at once. */
  readonly isPaged: boolean;
  /** The types and the order of its table's key: a paging state holds the bytes of a key. */
  readonly keyShape: string;
  /** Whether a column of that key has a mask, so that some callers may not see it. */
  readonly masksKey: boolean;
  /** Tells apart the rows that may be written together; null if each has to be written separately. */
  readonly rowKey: RowKey | null;
  /** The partitions that it reads or writes, as far as they are known: one for each table of it. */
  readonly partitions: readonly PreparedPartition[];
  /** A value that is not part of rows, as the caller may see it. `views.ts` says who the caller is. */
  show(value: Json, mask: ColumnMask | null): Json;
  /** Values by position. */
  bind(values: EncodedValues): BoundValues;
}

/** The path of an `@location`, and its parameters there, for which the write has values of the same names. */
export interface PreparedLocation {
  readonly path: string;
  readonly params: readonly PreparedParam[];
}

/** A parameter with the type that the server gave its marker. */
export interface PreparedParam {
  readonly param: Param;
  readonly codec: Codec;
  /** Where its value is bound; a marker may stand in several places. */
  readonly positions: readonly number[];
  /** Whether null may be sent: it deletes the value, is a field of one, or compares with nothing. */
  readonly nullable: boolean;
  /** Whether it stands for `USING TIMESTAMP`, in microseconds since 1970. */
  readonly isWriteTime: boolean;
  /** Whether it is the instant of a `minTimeuuid()` or `maxTimeuuid()`. */
  readonly isTimeuuidBound: boolean;
  /** Of a vector that goes into an index or is searched for: how that compares it; else null. */
  readonly similarity: Similarity | null;
  /** How long its value may be, beyond the limits of its type; null if nothing limits it. */
  readonly lengthLimit: LengthLimit | null;
  /** What hides its value where a write answers with it; null if nothing does. */
  readonly mask: ColumnMask | null;
  /** For a `bucket:` parameter: how its bytes are derived from the bytes of its origin. */
  readonly bucket: BucketDerivation | null;
}

/** A column of a query's rows. */
export interface PreparedColumn {
  readonly name: string;
  readonly codec: Codec;
  readonly nullable: boolean;
  /** Whether the statement works it out: a list or map, then, may have null in it. */
  readonly computed: boolean;
  /** What hides its values from callers who lack a scope; null if nothing does. */
  readonly mask: ColumnMask | null;
}

/** The names of the columns that the statement works out. */
export function computedIn(columns: readonly PreparedColumn[]): string[] {
  return columns.flatMap(({ name, computed }) => computed ? name : []);
}

/** What its values are, as far as columns of the same name may differ. */
export function typeOfColumn({ codec, computed }: PreparedColumn): string {
  return computed && mayHaveNullMembers(codec.type) ? `computed ${codec.cql}` : codec.cql;
}

/** Whether members of a computed value may be null that are not in what a table stores. */
export function mayHaveNullMembers(type: CqlType): boolean {
  switch (type.kind) {
    case "list":
    case "map":
      return true;
    case "set":
    case "vector":
      return mayHaveNullMembers(type.of);
    case "tuple":
      return type.of.some(mayHaveNullMembers);
    // It is described as it is stored, once for all that have it.
    default:
      return false;
  }
}

/** Where the rows of a query come from. */
export interface RowOrigin {
  readonly table: string;
  /** Whether they leave out no column of the table but those that the statement fixes, and add none. */
  readonly isWhole: boolean;
}

/** The conditions of a lightweight transaction; a batch may have several. */
export interface PreparedCondition {
  /** What all of them check: that the row exists, that it does not, or its columns. */
  readonly checks: "exists" | "not_exists" | "columns";
  /** Whether they compare with the tag of `If-Match` and with nothing else. */
  readonly comparesTagAlone: boolean;
  /** The row that each of them is about; empty if the statement cannot be read. */
  readonly rows: readonly ConditionRow[];
  /** The columns that a caller may see where a condition did not hold. */
  readonly shown: readonly ShownColumn[];
}

/** A row that a condition is about. */
export interface ConditionRow {
  /** The columns of its key whose values come from parameters. */
  readonly keys: readonly {
    readonly name: string;
    /** The name that clients know it by. */
    readonly shownAs: string;
    /** The name of the parameter. */
    readonly param: string;
    readonly codec: Codec;
    /** How the row has the same value: without the encoding that a parameter may have. */
    readonly stored: Codec;
  }[];
  /** The columns that have to equal the tag of `If-Match`. */
  readonly tagColumns: readonly string[];
}

export interface ShownColumn extends Pick<PreparedColumn, "name" | "codec" | "mask"> {
  /** The name that clients know it by. */
  readonly shownAs: string;
}

/** An `@walk`, with the types of its markers. */
export interface PreparedWalk extends Walk {
  /** The ends of the range as instants, and the buckets as they are bound. */
  readonly bucketing: Bucketing;
  /** Whether all rows are of times before the end `to`, not of that time itself. */
  readonly excludesEnd: boolean;
}

/** A partition that a statement is about. */
export interface PreparedPartition {
  readonly table: string;
  /** The columns of the partition key. */
  readonly columns: readonly string[];
  /** The columns whose values are known before the statement runs. */
  readonly key: readonly PartitionColumn[];
}

export interface PartitionColumn {
  readonly column: string;
  /** Whether it may be any of the values: it stands before `IN`. */
  readonly isOneOf: boolean;
  /** A parameter of a whole list has all the values of an `IN`. */
  readonly sources: readonly (
    | { readonly param: PreparedParam }
    | { readonly literal: Json }
  )[];
}

/**
 * Where the values of a key are bound: two rows lie in one partition, or are one row in it, where the bytes
 * there are the same. A part of the key that is the same in every row has no position.
 */
export interface RowKey {
  readonly partition: readonly number[];
  /** Within the partition. */
  readonly row: readonly number[];
}

/** How a write is recognised when it comes again. */
export interface Repetition {
  /**
   * Whether it has no condition, so that it writes its rows again. Nobody else writes them, since their keys
   * contain a generated id. It may therefore have any write time, and with the time of the first it undoes
   * nothing that came later.
   */
  readonly writesAgain: boolean;
  /**
   * Whether a lightweight transaction that was not applied shows that it was applied before.
   *
   * @param current the row that Cassandra answered with
   */
  wasApplied(values: EncodedValues, current: Row | undefined): boolean;
}
