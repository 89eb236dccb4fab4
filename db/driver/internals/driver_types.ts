/**
 * The types that pass between the service and the driver: statements as the server prepared them, and values
 * and rows as bytes.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { Buffer } from "node:buffer";
import type { AttemptBudget } from "../timing/attempt_budget.ts";
import type { Deadline } from "../timing/deadline.ts";

/** A type as the driver reads it from the wire (native protocol v4, section 4.2.5.2, `[option]`). */
export interface DriverType {
  readonly code: number;
  readonly info?: unknown;
}

export interface DriverColumn {
  readonly name: string;
  readonly type: DriverType;
}

/** The answer to PREPARE. */
export interface DescribedStatement {
  readonly id: Buffer;
  readonly keyspace: string | null;
  /** The table of the result or of the bind markers; null if there is neither. */
  readonly table: string | null;
  /** A column for each appearance of a bind marker, in order. */
  readonly binds: readonly DriverColumn[];
  /** Indexes into `binds` that make up the partition key; empty if it is not wholly bound. */
  readonly partitionKey: readonly number[];
  /** Empty for statements that answer no rows, and for lightweight transactions. */
  readonly columns: readonly DriverColumn[];
}

/** A statement that can be executed. */
export interface PreparedStatement extends DescribedStatement {
  /** As it was given, and as it is prepared: with a comment after it. */
  readonly cql: string;
  readonly marked: string;
  /** Of the types that its values have; see `fingerprint.ts`. */
  readonly fingerprint: string;
  /**
   * The parts of the partition key that it is about, in their order; empty if that is not known, or if there are
   * several. As it was prepared, `partitionKey`.
   */
  readonly routing: readonly RoutingPart[];
  /** The version of the schema on the node that prepared it, before it did. */
  readonly schemaVersion: string;
}

/** Where a part of a key is bound, or its bytes: a constant. The bytes of a whole key stand alone. */
export type RoutingPart = number | Buffer;

/** The text of rows that several requests get, by its writer: each view of the rows has a different writer. */
export interface RowTexts {
  get(writer: object): Uint8Array | undefined;
  set(writer: object, text: Uint8Array): void;
}

/** The rows of one response, still as bytes: `length` rows of `[bytes]` cells from `offset` to `end`. */
export interface RawRows {
  readonly length: number;
  readonly body: Buffer;
  readonly offset: number;
  readonly end: number;
  /** Where their text is kept, if several requests get them. */
  readonly texts?: RowTexts;
}

export interface RawResult {
  readonly columns: readonly DriverColumn[];
  readonly rows: RawRows;
  readonly pagingState: Buffer | null;
  /** `host:port` of the node that coordinated. */
  readonly coordinator: string;
  /** The session that Cassandra keeps its trace under; null if it was not traced. */
  readonly traceSession: string | null;
  /** What Cassandra warns of, in its own words. */
  readonly warnings: readonly string[];
}

/** Bound values: bytes, null, or undefined for UNSET. */
export type BoundValues = readonly (Buffer | null | undefined)[];

/** When a write takes place, in microseconds since 1970: of two to one cell the later one wins. */
export type WriteTime = number | cassandra.types.Long;

/** When a statement is sent to a second node, too. */
export interface Speculation {
  /** How long the first attempt has before there is a second, in milliseconds. */
  readonly afterMs: number;
  readonly budget: AttemptBudget;
  /** Called when a statement with a second attempt has ended, with whether that was the first to answer. */
  readonly onEnd: (hasWon: boolean) => void;
}

export interface ExecuteOptions {
  readonly consistency: number;
  /** Null for none. */
  readonly serialConsistency: number | null;
  readonly fetchSize: number;
  readonly pagingState: Buffer | undefined;
  readonly isIdempotent: boolean;
  readonly deadline: Deadline;
  /** The most bytes of rows that are taken. Default: no bound. */
  readonly maxAnswerBytes?: number | undefined;
  /** Whether the answer may hold up others on its connection. Default: it is small. */
  readonly mayBeLarge?: boolean | undefined;
  /** Default: when it is sent. */
  readonly writeTime?: WriteTime | undefined;
  /** Of an idempotent read that may be sent to a second node. Default: null. */
  readonly speculation?: Speculation | null;
}
