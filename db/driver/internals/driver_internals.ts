/**
 * The only file that reaches into cassandra-driver's internals. It owns what the public API does not
 * offer:
 * - what PREPARE says about a statement: the types of its bind markers, which of them make up the
 *   partition key, and the columns of its result, which the driver reads past and drops;
 * - executing with values that are bytes already, so that `codec/` alone decides what they mean;
 * - rows as the bytes of the response: no object stream, no row object, no decoder of the driver's;
 * - a bound for the bytes of a response, which is known before they have come in;
 * - pauses while large responses come in;
 * - a question to a connection before it is given up, and one timer for all of its requests;
 * - a say in what happens when a node has forgotten a statement, before it is prepared again.
 *
 * `statement.ts` and `session.ts` use it. Read against cassandra-driver 4.10.0, `lib/`: `connection.js`,
 * `control-connection.js`, `host.js`, `prepare-handler.js`, `request-execution.js`, `requests.js`,
 * `streams.js`, `readers.js`. `driver_internals_test.ts` fails where a release moves them. A plain
 * client in the same process sees no difference.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import connectionClass from "cassandra-driver/lib/connection.js";
import executionOptions from "cassandra-driver/lib/execution-options.js";
import hosts from "cassandra-driver/lib/host.js";
import prepareHandler from "cassandra-driver/lib/prepare-handler.js";
import promiseUtils from "cassandra-driver/lib/promise-utils.js";
import readers from "cassandra-driver/lib/readers.js";
import requestExecution from "cassandra-driver/lib/request-execution.js";
import requestHandler from "cassandra-driver/lib/request-handler.js";
import requests from "cassandra-driver/lib/requests.js";
import streams from "cassandra-driver/lib/streams.js";
import { Buffer } from "node:buffer";
import { AnswerTooLarge } from "../answer_too_large.ts";
import { type BatchExecution, type BatchRows, PackedBatch } from "./batch_request.ts";
import type { Deadline } from "../timing/deadline.ts";
import { keepTracesOfErrors, type ResponseReader } from "./error_trace.ts";
import { type HostHealth, probeBeforeGivingUp } from "./connection_probe.ts";
import type {
  BatchRequestClass,
  Connection,
  Encoder,
  ExecuteRequestClass,
  Frame,
  FrameItem,
  FrameParser,
  FrameReader,
  Host,
  Metadata,
  PreparingNode,
  Request,
  RequestExecution,
} from "./driver_shapes.ts";
import type { RawResult, RawRows } from "./driver_types.ts";
import { type IdleConnection, shareIdleTimer } from "./idle_timer.ts";
import { type Attempt, noteCoordinators } from "./note_coordinator.ts";
import type { Bound, SendExecuteOptions, SendOptions } from "./send_options.ts";
import { type RequestHandlerClass, sendWith } from "./speculative_execution.ts";
import { paceReading, type ProtocolStream } from "./paced_reading.ts";
import { toRawResult } from "./raw_result.ts";
import { whilePreparing } from "./while_preparing.ts";

const { FrameReader } = readers as unknown as {
  FrameReader: {
    prototype: ResponseReader & { readMetadata(this: FrameReader, kind: number): Metadata };
  };
};
const { Parser, Protocol } = streams as unknown as {
  Protocol: { prototype: ProtocolStream };
  Parser: {
    prototype: {
      parseBody(this: FrameParser, frame: Frame, item: FrameItem): void;
      parseRows(this: FrameParser, frame: Frame, reader: FrameReader): void;
    };
  };
};
const { Host: hostClass } = hosts as unknown as { Host: { prototype: HostHealth } };
const { ExecuteRequest, QueryRequest, BatchRequest, options: heartbeat } = requests as unknown as {
  ExecuteRequest: ExecuteRequestClass;
  QueryRequest: { new (cql: string): Request; prototype: Request };
  BatchRequest: BatchRequestClass;
  options: unknown;
};
const { DefaultExecutionOptions } = executionOptions as unknown as {
  DefaultExecutionOptions: {
    create(
      options: unknown,
      client: cassandra.Client,
    ): BatchExecution & { getLoadBalancingPolicy(): unknown; getReadTimeout(): number };
  };
};
const Handler = requestHandler as unknown as RequestHandlerClass;
const { getNextHost, _borrowWithKeyspace: borrow } = prepareHandler as unknown as {
  getNextHost(plan: Iterator<Host>, profiles: unknown, tried: Record<string, unknown>): Host | null;
  _borrowWithKeyspace(host: Host, keyspace: string | undefined): Promise<Connection>;
};
const { newQueryPlan } = promiseUtils as unknown as {
  newQueryPlan(policy: unknown, keyspace: unknown, options: unknown): Promise<Iterator<Host>>;
};
const { prototype: executionPrototype } = requestExecution as unknown as {
  prototype: RequestExecution & Attempt;
};

const RESULT = 0x08;
const RESULT_ROWS = 2;
const RESULT_PREPARED = 4;
const BLOB = { code: cassandra.types.dataTypes.blob };

/**
 * The streams of each connection (known by its encoder) whose next rows stay bytes, with the most bytes
 * of rows that are taken.
 */
const rawStreams = new WeakMap<Encoder, Map<number, number>>();

function rawStreamsOf(encoder: Encoder): Map<number, number> {
  let streams = rawStreams.get(encoder);
  if (streams === undefined) rawStreams.set(encoder, streams = new Map());
  return streams;
}

/** An EXECUTE whose values are bytes and whose rows come back as bytes. */
class RawExecuteRequest extends ExecuteRequest implements Request {
  maxBytes = Infinity;
  deadline: Deadline | null = null;

  getParamType(): unknown {
    return BLOB;
  }

  override write(encoder: Encoder, streamId: number): Buffer {
    this.deadline?.noteSending();
    const frame = super.write(encoder, streamId);
    rawStreamsOf(encoder).set(streamId, this.maxBytes);
    return frame;
  }
}

class RawBatchRequest extends PackedBatch {
  override write(encoder: Encoder, streamId: number): Buffer {
    rawStreams.get(encoder)?.delete(streamId);
    return super.write(encoder, streamId);
  }
}

// A stream id is used again once its response came; what is sent on it next says what it wants.
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

paceReading(Protocol.prototype);
shareIdleTimer((connectionClass as unknown as { prototype: IdleConnection }).prototype);
probeBeforeGivingUp(hostClass.prototype, heartbeat);
noteCoordinators(executionPrototype);
keepTracesOfErrors(FrameReader.prototype);

// Room for what stands before the rows: the columns, and a paging state as long as a row's keys.
const HEAD_BYTES = 128 * 1024;
const parseBody = Parser.prototype.parseBody;
Parser.prototype.parseBody = function (frame, item) {
  const { streamId, bodyLength, opcode } = item.header;
  const maxBytes = rawStreams.get(this.encoder)?.get(streamId);
  if (maxBytes === undefined || opcode !== RESULT) {
    return parseBody.call(this, frame, item);
  }
  if (bodyLength <= maxBytes + HEAD_BYTES) {
    // A body in several pieces is put together first, and then begins at the beginning.
    frame.bodyStart = frame.buffers ? 0 : item.offset;
    return parseBody.call(this, frame, item);
  }
  if (!item.frameEnded) return;
  rawStreams.get(this.encoder)?.delete(streamId);
  const error = new AnswerTooLarge({ bytes: bodyLength, maxBytes });
  this.push({ header: item.header, error });
};

const parseRows = Parser.prototype.parseRows;
Parser.prototype.parseRows = function (frame, reader) {
  if (!rawStreams.get(this.encoder)?.delete(frame.header.streamId)) {
    return parseRows.call(this, frame, reader);
  }
  const length = reader.readInt();
  const end = frame.bodyStart + frame.header.bodyLength;
  const rows: RawRows = { length, body: reader.buf, offset: reader.offset, end };
  this.push({
    header: frame.header,
    result: { rows, meta: frame.meta, flags: frame.flagsInfo },
  });
};

const SCHEMA_VERSION = "SELECT schema_version FROM system.local WHERE key = 'local'";

/** The same for each use of a connection, so that what is under way on it can be found. */
const nodes = new WeakMap<Connection, PreparingNode>();

function nodeOf(connection: Connection, keyspace: string | undefined): PreparingNode {
  const known = nodes.get(connection);
  if (known !== undefined) return known;
  const node: PreparingNode = {
    /** @throws {TypeError} if the driver's internals are not those that this file was read against */
    async prepare(cql) {
      // The node finds unqualified tables by the keyspace of the connection.
      if (keyspace !== undefined && connection.keyspace !== keyspace) {
        await connection.changeKeyspace(keyspace);
      }
      const { id, meta } = await connection.prepareOnceAsync(cql, keyspace);
      if (meta.result === undefined || meta.partitionKeys === undefined) {
        throw new TypeError(
          "Cannot prepare statements: this release of cassandra-driver reads PREPARE in another way",
        );
      }
      return {
        id,
        keyspace: meta.keyspace ?? meta.result.keyspace ?? null,
        table: meta.table ?? meta.result.table ?? null,
        binds: meta.columns,
        partitionKey: meta.partitionKeys,
        columns: meta.result.columns,
      };
    },
    async schemaVersion() {
      const { rows } = await connection.send(new QueryRequest(SCHEMA_VERSION), null);
      return String(rows[0]?.schema_version);
    },
  };
  nodes.set(connection, node);
  return node;
}

/**
 * Hands `use` a node, and the next one where that node goes away. The driver does not know what is
 * prepared so, and does not prepare it elsewhere by itself.
 *
 * @throws what `use` does, or the driver's `NoHostAvailableError`
 */
export async function onOneNode<T>(
  client: cassandra.Client,
  use: (node: PreparingNode) => Promise<T>,
): Promise<T> {
  const { profileManager } = client as unknown as { profileManager: unknown };
  const keyspace = client.keyspace as string | undefined;
  const policy = DefaultExecutionOptions.create({}, client).getLoadBalancingPolicy();
  const plan = await newQueryPlan(policy, keyspace, null);
  const tried: Record<string, unknown> = {};
  while (true) {
    const host = getNextHost(plan, profileManager, tried);
    if (host === null) throw new cassandra.errors.NoHostAvailableError(tried);
    try {
      return await use(nodeOf(await borrow(host, keyspace), keyspace));
    } catch (error) {
      if (!isAway(error)) throw error;
      tried[host.address] = error;
    }
  }
}

/** Whether a node did not answer, so that another one may. */
function isAway(error: unknown): error is Error {
  return error instanceof cassandra.errors.OperationTimedOutError ||
    (error instanceof Error && "isSocketError" in error && error.isSocketError === true);
}

// The driver would prepare the same text again and send the same bytes, whatever their types are now.
const MAX_PREPARATIONS = 5;
const prepareAndRetry = executionPrototype._prepareAndRetry;
executionPrototype._prepareAndRetry = function (queryId) {
  const { prepareAgain } = this._request;
  if (prepareAgain === undefined) return prepareAndRetry.call(this, queryId);
  if (this._retryCount >= MAX_PREPARATIONS) {
    const message = "Cannot keep a statement prepared: the node forgets it each time";
    return this._parent.setCompleted(new Error(message));
  }
  this._parent.log("info", `0x${queryId.toString("hex")} is not prepared on the node any more`);
  const keyspace = this._parent.client.keyspace as string | undefined;
  prepareAgain(nodeOf(this._connection, keyspace)).then(
    () => this._retry(undefined, true),
    (error) => {
      if (!isAway(error)) return this._parent.setCompleted(error);
      this._parent.triedHosts[this._host.address] = whilePreparing(error);
      this._retry(undefined, false);
    },
  );
};

/**
 * Sends an EXECUTE, with the driver's routing and retries.
 *
 * @throws {AnswerTooLarge} if there are more than `maxBytes` of rows
 * @throws {DeadlinePassed}
 */
export async function sendExecute(
  client: cassandra.Client,
  { cql, id, values }: Bound,
  { execution, prepareAgain, deadline, maxBytes, speculation }: SendExecuteOptions,
): Promise<RawResult> {
  const options = DefaultExecutionOptions.create(execution, client);
  // Asked for each attempt.
  options.getReadTimeout = () => deadline.leftMs;
  const request = new RawExecuteRequest(cql, id, values, options, { columns: [] });
  Object.assign(request, { prepareAgain, maxBytes, deadline });
  const answer = sendWith(new Handler(request, options, client), speculation);
  return toRawResult(await deadline.bound(answer));
}

/** Sends rows of one statement in a BATCH that is not logged, with the driver's routing and retries. */
export async function sendBatch(
  client: cassandra.Client,
  batch: BatchRows,
  { execution, prepareAgain, deadline }: SendOptions,
): Promise<RawResult> {
  const options = DefaultExecutionOptions.create({ ...execution, logged: false }, client);
  options.getReadTimeout = () => deadline.leftMs;
  const request = new RawBatchRequest(batch, options, deadline);
  Object.assign(request, { prepareAgain });
  return toRawResult(await deadline.bound(new Handler(request, options, client).send()));
}
