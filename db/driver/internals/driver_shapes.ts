/**
 * The shapes of cassandra-driver's internals, which carry no types: the parts that
 * `driver_internals.ts` uses, as they were read.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { Buffer } from "node:buffer";
import type { DescribedStatement, DriverColumn, RawRows, WriteTime } from "./driver_types.ts";

/** The node that a connection leads to, as far as statements are prepared on it. */
export interface PreparingNode {
  prepare(cql: string): Promise<DescribedStatement>;
  /** A hash of the schema as the node has it. */
  schemaVersion(): Promise<string>;
}

/** Makes sure that a statement may run on a node that has forgotten it; rejects if it may not. */
export type PrepareAgain = (node: PreparingNode) => Promise<void>;

export interface ResultMetadata {
  keyspace?: string;
  table?: string;
  columns: DriverColumn[];
  partitionKeys?: number[];
  result?: ResultMetadata;
}
export interface FrameReader {
  offset: number;
  buf: Buffer;
  readInt(): number;
  remainingLength(): number;
}
export interface Encoder {
  readonly protocolVersion: number;
  encode(value: unknown, type: unknown): Buffer;
}
export interface Request {
  write(encoder: Encoder, streamId: number): Buffer;
}
export interface FrameHeader {
  readonly version: number;
  readonly flags: number;
  readonly streamId: number;
  readonly opcode: number;
  readonly bodyLength: number;
}
export interface Host {
  readonly address: string;
}
export interface DriverConnection {
  keyspace?: string;
  changeKeyspace(keyspace: string): Promise<void>;
  prepareOnceAsync(
    cql: string,
    keyspace: string | undefined,
  ): Promise<{ id: Buffer; meta: ResultMetadata }>;
  send(request: Request, options: null): Promise<{ rows: readonly Record<string, unknown>[] }>;
}
/** One attempt at a request, on one connection. */
export interface RequestExecution {
  _request: Request & { readonly prepareAgain?: PrepareAgain };
  readonly _host: Host;
  _connection: DriverConnection;
  _retryCount: number;
  /** Ours: the node that was last to prepare the statement again, and how often it has. */
  preparedOn?: { readonly host: Host; readonly times: number };
  _parent: {
    client: cassandra.Client;
    /** Why each host was passed over. */
    readonly triedHosts: Record<string, unknown>;
    log(level: string, message: string): void;
    setCompleted(error: unknown): void;
  };
  _retry(consistency: undefined, onSameHost: boolean): void;
  /** Decides what comes after a failure; `code` is the driver's own, of its kind. */
  _handleError(code: number, error: unknown): void;
  _prepareAndRetry(queryId: Buffer): void;
}
/** An event of the kind `SCHEMA_CHANGE`. */
export interface AnnouncedChange {
  readonly keyspace: string;
  /** `KEYSPACE`, `TABLE`, `TYPE`, `FUNCTION` or `AGGREGATE`. */
  readonly target?: string;
  readonly table?: string | null;
}
export interface ControlConnection {
  _nodeSchemaChangeHandler(event: AnnouncedChange): void;
  on(event: "newConnection", listener: (error: unknown) => void): void;
  /** @param waits whether it waits for a connection that was lost */
  query(
    cql: string,
    waits: boolean,
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}
export interface DriverResult {
  rows?: RawRows;
  columns: DriverColumn[] | null;
  rawPageState?: Buffer;
  info: { queriedHost: string; warnings?: readonly string[]; traceId?: unknown };
}

/** How a request is executed, by the names of the driver's own options. */
export interface ExecutionSettings {
  readonly consistency: number;
  readonly serialConsistency?: number | null;
  readonly fetchSize?: number;
  readonly pageState?: Buffer | undefined;
  readonly isIdempotent: boolean;
  readonly timestamp?: WriteTime | undefined;
  readonly keyspace?: string | undefined;
  readonly routingKey?: Buffer | undefined;
  readonly traceQuery?: boolean;
  /** Of a batch. */
  readonly logged?: boolean;
}
