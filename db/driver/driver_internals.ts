/**
 * The only file that reaches into cassandra-driver's internals. It owns three things that the public
 * API does not offer:
 *
 * - what PREPARE says of a statement: the types of its bind markers, which of them make up the
 *   partition key, and the columns of its result, which the driver reads past and drops;
 * - executing with values that are bytes already, so that `codec/` alone decides what they mean;
 * - rows as the bytes of the response: no object stream, no row object, no decoder of the driver's.
 *
 * Read against cassandra-driver 4.10.0: `lib/prepare-handler.js`, `lib/requests.js`,
 * `lib/streams.js`, `lib/readers.js`. `driver_internals_test.ts` fails where a release moves them.
 * Only statements that were prepared here are treated so; a plain client in the same process sees no
 * difference.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import executionOptions from "cassandra-driver/lib/execution-options.js";
import prepareHandler from "cassandra-driver/lib/prepare-handler.js";
import readers from "cassandra-driver/lib/readers.js";
import requestHandler from "cassandra-driver/lib/request-handler.js";
import requests from "cassandra-driver/lib/requests.js";
import streams from "cassandra-driver/lib/streams.js";
import { Buffer } from "node:buffer";
import type {
  BoundValues,
  DriverColumn,
  ExecuteOptions,
  PreparedStatement,
  RawResult,
  RawRows,
} from "./driver_types.ts";

// The driver's internals carry no types; these are the parts in use, as they were read.
interface Metadata {
  keyspace?: string;
  table?: string;
  columns: DriverColumn[];
  partitionKeys?: number[];
  result?: Metadata;
}
interface FrameReader {
  offset: number;
  buf: Buffer;
  readInt(): number;
  remainingLength(): number;
}
interface Encoder {
  encode(value: unknown, type: unknown): Buffer;
}
interface Request {
  write(encoder: Encoder, streamId: number): Buffer;
}
interface Frame {
  header: { streamId: number };
  meta: Metadata;
  flagsInfo: unknown;
}
interface FrameParser {
  encoder: Encoder;
  push(item: unknown): void;
}
interface ExecuteRequestClass {
  new (
    query?: string,
    id?: Buffer,
    values?: BoundValues,
    options?: unknown,
    meta?: unknown,
  ): Request;
  prototype: Request;
}
interface BatchRequestClass {
  new (
    queries: readonly {
      query: string;
      queryId: Buffer;
      params: BoundValues;
      meta: { columns: readonly { type: unknown }[] };
    }[],
    options: unknown,
  ): Request;
  prototype: Request;
}
interface DriverResult {
  rows?: RawRows;
  columns: DriverColumn[] | null;
  rawPageState?: Buffer;
  info: { queriedHost: string };
}

const { FrameReader } = readers as unknown as {
  FrameReader: {
    prototype: { readMetadata(this: FrameReader, kind: number): Metadata };
  };
};
const { Parser } = streams as unknown as {
  Parser: { prototype: { parseRows(this: FrameParser, frame: Frame, reader: FrameReader): void } };
};
const { ExecuteRequest, QueryRequest, BatchRequest } = requests as unknown as {
  ExecuteRequest: ExecuteRequestClass;
  QueryRequest: { prototype: Request };
  BatchRequest: BatchRequestClass;
};
const { DefaultExecutionOptions } = executionOptions as unknown as {
  DefaultExecutionOptions: {
    create(
      options: unknown,
      client: cassandra.Client,
    ): { getLoadBalancingPolicy(): unknown };
  };
};
const { send } = requestHandler as unknown as {
  send(request: Request, options: unknown, client: cassandra.Client): Promise<DriverResult>;
};
const { getPrepared } = prepareHandler as unknown as {
  getPrepared(
    client: cassandra.Client,
    loadBalancing: unknown,
    cql: string,
    keyspace: string | undefined,
  ): Promise<{ queryId: Buffer; meta: Metadata }>;
};

const RESULT_ROWS = 2;
const RESULT_PREPARED = 4;
const BLOB = { code: cassandra.types.dataTypes.blob };

/** The streams of each connection (known by its encoder) whose next rows stay bytes. */
const rawStreams = new WeakMap<Encoder, Set<number>>();

function rawStreamsOf(encoder: Encoder): Set<number> {
  let streamIds = rawStreams.get(encoder);
  if (streamIds === undefined) rawStreams.set(encoder, streamIds = new Set());
  return streamIds;
}

/** An EXECUTE whose values are bytes and whose rows come back as bytes. */
class RawExecuteRequest extends ExecuteRequest implements Request {
  getParamType(): unknown {
    return BLOB;
  }

  override write(encoder: Encoder, streamId: number): Buffer {
    const frame = super.write(encoder, streamId);
    rawStreamsOf(encoder).add(streamId);
    return frame;
  }
}

// A stream id is used again once its response came; whatever is sent on it next says anew what it wants.
for (const { prototype } of [ExecuteRequest, QueryRequest, BatchRequest]) {
  const write = prototype.write;
  prototype.write = function (encoder, streamId) {
    rawStreams.get(encoder)?.delete(streamId);
    return write.call(this, encoder, streamId);
  };
}

const readMetadata = FrameReader.prototype.readMetadata;
FrameReader.prototype.readMetadata = function (kind) {
  const meta = readMetadata.call(this, kind);
  if (kind === RESULT_PREPARED) meta.result = readMetadata.call(this, RESULT_ROWS);
  return meta;
};

const parseRows = Parser.prototype.parseRows;
Parser.prototype.parseRows = function (frame, reader) {
  if (!rawStreams.get(this.encoder)?.delete(frame.header.streamId)) {
    return parseRows.call(this, frame, reader);
  }
  const length = reader.readInt();
  const rows: RawRows = { length, body: reader.buf, offset: reader.offset };
  this.push({
    header: frame.header,
    result: { rows, meta: frame.meta, flags: frame.flagsInfo },
  });
};

/**
 * Prepares a statement on one node; the driver prepares it on the others.
 *
 * @throws the driver's `ResponseError` where the server refuses the statement
 * @throws {TypeError} where the driver's internals are not those that this file was read against
 */
export async function prepare(
  client: cassandra.Client,
  cql: string,
): Promise<PreparedStatement> {
  const options = DefaultExecutionOptions.create({}, client);
  const keyspace = client.keyspace as string | undefined;
  const { queryId, meta } = await getPrepared(
    client,
    options.getLoadBalancingPolicy(),
    cql,
    keyspace,
  );
  if (meta.result === undefined || meta.partitionKeys === undefined) {
    throw new TypeError(
      "Cannot prepare statements: this release of cassandra-driver reads PREPARE in another way",
    );
  }
  return {
    cql,
    id: queryId,
    keyspace: meta.keyspace ?? meta.result.keyspace ?? null,
    table: meta.table ?? meta.result.table ?? null,
    binds: meta.columns,
    partitionKey: meta.partitionKeys,
    columns: meta.result.columns,
  };
}

/** A statement that was fine when it was prepared, and that the server no longer takes. */
export class StatementRefused extends Error {
  override readonly name = "StatementRefused";

  constructor(cause: unknown) {
    super("Cannot prepare the statement again: its table has changed", { cause });
  }
}

const NO_ROWS: RawRows = { length: 0, body: Buffer.alloc(0), offset: 0 };

/**
 * Executes a prepared statement once, with the driver's routing and retries.
 *
 * @throws the driver's errors, for `map_error.ts` to read
 */
export async function execute(
  client: cassandra.Client,
  statement: PreparedStatement,
  values: BoundValues,
  options: ExecuteOptions,
): Promise<RawResult> {
  const execution = DefaultExecutionOptions.create({
    consistency: options.consistency,
    serialConsistency: options.serialConsistency,
    fetchSize: options.fetchSize,
    pageState: options.pagingState,
    isIdempotent: options.isIdempotent,
    readTimeout: options.readTimeoutMs,
    timestamp: options.writeTime,
    keyspace: statement.keyspace ?? undefined,
    routingKey: routingKeyOf(statement, values),
  }, client);
  const request = new RawExecuteRequest(statement.cql, statement.id, values, execution, {
    columns: statement.binds,
  });
  return await sendPrepared(client, { statement, request, execution });
}

/**
 * Executes a prepared write for several rows at once, in a batch that is not logged. All of them must
 * lie in the partition of the first: they are then written together or not at all.
 *
 * @throws the driver's errors, for `map_error.ts` to read
 */
export async function executeBatch(
  client: cassandra.Client,
  statement: PreparedStatement,
  rows: readonly BoundValues[],
  options: Omit<ExecuteOptions, "serialConsistency" | "fetchSize" | "pagingState">,
): Promise<RawResult> {
  const execution = DefaultExecutionOptions.create({
    logged: false,
    consistency: options.consistency,
    isIdempotent: options.isIdempotent,
    readTimeout: options.readTimeoutMs,
    timestamp: options.writeTime,
    keyspace: statement.keyspace ?? undefined,
    routingKey: routingKeyOf(statement, rows[0] ?? []),
  }, client);
  const { cql: query, id: queryId } = statement;
  const meta = { columns: statement.binds.map(() => ({ type: BLOB })) };
  const request = new BatchRequest(
    rows.map((params) => ({ query, queryId, params, meta })),
    execution,
  );
  return await sendPrepared(client, { statement, request, execution });
}

interface PreparedRequest {
  readonly statement: PreparedStatement;
  readonly request: Request;
  readonly execution: unknown;
}

async function sendPrepared(
  client: cassandra.Client,
  { statement, request, execution }: PreparedRequest,
): Promise<RawResult> {
  const result = await send(request, execution, client).catch(async (error) => {
    if (!isForgotten(error)) throw error;
    await prepare(client, statement.cql).catch((cause) => {
      throw cause instanceof cassandra.errors.ResponseError ? new StatementRefused(cause) : cause;
    });
    return await send(request, execution, client);
  });
  return {
    columns: result.columns ?? [],
    rows: result.rows ?? NO_ROWS,
    pagingState: result.rawPageState ?? null,
    coordinator: result.info.queriedHost,
  };
}

/**
 * Whether a node asked to prepare a statement again that the driver had been told to forget. The
 * statement was not run.
 */
function isForgotten(error: unknown): boolean {
  return error instanceof cassandra.errors.DriverInternalError &&
    error.message.startsWith("Unprepared response invalid");
}

/**
 * The bytes that the partitioner hashes: the only component's, or each component's with a two-byte
 * length before and a zero after it (Cassandra's `CompositeType`).
 */
function routingKeyOf(statement: PreparedStatement, values: BoundValues): Buffer | undefined {
  const parts: Buffer[] = [];
  for (const index of statement.partitionKey) {
    const value = values[index];
    if (!value) return undefined;
    parts.push(value);
  }
  if (parts.length < 2) return parts[0];
  const length = parts.reduce((sum, part) => sum + part.length + 3, 0);
  const key = Buffer.allocUnsafe(length);
  let offset = 0;
  for (const part of parts) {
    offset = key.writeUInt16BE(part.length, offset);
    offset += part.copy(key, offset);
    offset = key.writeUInt8(0, offset);
  }
  return key;
}
