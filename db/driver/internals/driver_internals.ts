/**
 * The only file that changes cassandra-driver's internals. It owns what the public API does not offer:
 * - what PREPARE says about a statement: the types of its bind markers, which of them make up the
 *   partition key, and the columns of its result, which the driver reads past and drops;
 * - executing with values that are bytes already, and rows as the bytes of the answer (`wire/`);
 * - a first attempt that costs little, and the driver's retries where it fails;
 * - a bound for the handshake of a connection, one timer for all of its requests, and silence once it is closed;
 * - a say in what happens when a node has forgotten a statement, before it is prepared again.
 *
 * `statement.ts` and `session.ts` use it. Read against cassandra-driver 4.10.0, `lib/`: `connection.js`,
 * `control-connection.js`, `prepare-handler.js`, `request-execution.js`, `requests.js`,
 * `readers.js`, `tokenizer.js`. `driver_internals_test.ts` fails where a release moves them. A plain
 * client in the same process sees no difference.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import connectionClass from "cassandra-driver/lib/connection.js";
import executionOptions from "cassandra-driver/lib/execution-options.js";
import prepareHandler from "cassandra-driver/lib/prepare-handler.js";
import promiseUtils from "cassandra-driver/lib/promise-utils.js";
import readers from "cassandra-driver/lib/readers.js";
import requestExecution from "cassandra-driver/lib/request-execution.js";
import requestHandler from "cassandra-driver/lib/request-handler.js";
import requests from "cassandra-driver/lib/requests.js";
import tokens from "cassandra-driver/lib/token.js";
import tokenizers from "cassandra-driver/lib/tokenizer.js";
import mutableLong from "cassandra-driver/lib/types/mutable-long.js";
import { TransientMap } from "../../../runtime/transient_map.ts";
import type { Deadline } from "../timing/deadline.ts";
import { type BatchExecution, type BatchRows, PackedBatch } from "./batch_request.ts";
import { boundHandshake, type StartingConnection } from "./connections/bounded_handshake.ts";
import { keepTracesOfErrors, type ResponseReader } from "./error_trace.ts";
import type {
  DriverConnection,
  DriverResult,
  ExecutionSettings,
  FrameReader,
  Host,
  PreparingNode,
  Request,
  RequestExecution,
  ResultMetadata,
} from "./driver_shapes.ts";
import type { RawResult } from "./driver_types.ts";
import { type IdleConnection, shareIdleTimer } from "./connections/idle_timer.ts";
import { type AnsweredConnection, dropLateAnswers } from "./connections/late_answers.ts";
import { murmur3 } from "./murmur3.ts";
import { type DriverAttempt, noteCoordinators } from "./note_coordinator.ts";
import { type FailingAttempt, noteFailures } from "./note_failures.ts";
import type { BoundStatement, SendExecuteOptions, SendOptions } from "./send_options.ts";
import { isOverWithin, patienceMs, slowToPrepare, unlessAnotherMay } from "./patience.ts";
import { type RequestHandlerClass, sendWith } from "./speculative_execution.ts";
import { toRawResult } from "./raw_result.ts";
import { isSocketError } from "./socket_error.ts";
import { whilePreparing } from "./while_preparing.ts";
import { ExecuteRequest } from "./wire/execute_request.ts";
import {
  type FailedAttempt,
  firstTarget,
  sendFirst,
  type SendingClient,
} from "./wire/first_attempt.ts";
import { type ReadConnection, readFrames } from "./wire/read_frames.ts";
import type { BodyReaderClass } from "./wire/read_result.ts";
import {
  type EndingConnection,
  failUnwritten,
  WriteQueue,
  type WrittenConnection,
} from "./wire/write_frames.ts";

const { FrameReader } = readers as unknown as {
  FrameReader: BodyReaderClass & {
    prototype: ResponseReader & { readMetadata(this: FrameReader, kind: number): ResultMetadata };
  };
};
const { Murmur3Tokenizer } = tokenizers as unknown as {
  Murmur3Tokenizer: { prototype: { hash(key: Uint8Array): unknown } };
};
const { Murmur3Token } = tokens as unknown as { Murmur3Token: new (value: unknown) => unknown };
const MutableLong = mutableLong as unknown as new (...quarters: readonly number[]) => unknown;
const { QueryRequest, options: heartbeat } = requests as unknown as {
  QueryRequest: new (cql: string) => Request;
  options: unknown;
};
/** The request that the driver sends on idle connections. */
export const HEARTBEAT = heartbeat;
interface DriverOptions extends BatchExecution {
  getLoadBalancingPolicy(): unknown;
  getReadTimeout(): number;
}
const { DefaultExecutionOptions } = executionOptions as unknown as {
  DefaultExecutionOptions: {
    create(
      options: unknown,
      client: cassandra.Client,
    ): DriverOptions;
  };
};
const Handler = requestHandler as unknown as RequestHandlerClass;
const { getNextHost, _borrowWithKeyspace: borrow } = prepareHandler as unknown as {
  getNextHost(plan: Iterator<Host>, profiles: unknown, tried: Record<string, unknown>): Host | null;
  _borrowWithKeyspace(host: Host, keyspace: string | undefined): Promise<DriverConnection>;
};
const { newQueryPlan } = promiseUtils as unknown as {
  newQueryPlan(policy: unknown, keyspace: unknown, options: unknown): Promise<Iterator<Host>>;
};
const Execution = requestExecution as unknown as {
  new (handler: unknown, host: unknown, connection: unknown): RequestExecution;
  prototype: RequestExecution & DriverAttempt & FailingAttempt;
  _getErrorCode(error: unknown): number;
};
const { prototype: executionPrototype } = Execution;
const { prototype: connectionPrototype } = connectionClass as unknown as {
  prototype:
    & (IdleConnection & ReadConnection & WrittenConnection & StartingConnection & EndingConnection)
    & AnsweredConnection
    & { bindSocketListeners(): void };
};

const RESULT_ROWS = 2;
const RESULT_PREPARED = 4;

const readMetadata = FrameReader.prototype.readMetadata;
FrameReader.prototype.readMetadata = function (kind) {
  const meta = readMetadata.call(this, kind);
  if (kind === RESULT_PREPARED) meta.result = readMetadata.call(this, RESULT_ROWS);
  return meta;
};

const { bindSocketListeners } = connectionPrototype;
connectionPrototype.bindSocketListeners = function () {
  bindSocketListeners.call(this);
  this._operations = new TransientMap();
  this.writeQueue = new WriteQueue(this);
  readFrames(this, FrameReader);
};

Murmur3Tokenizer.prototype.hash = (key) => {
  const { high, low } = murmur3(key);
  return new Murmur3Token(new MutableLong(low & 0xffff, low >>> 16, high & 0xffff, high >>> 16));
};

shareIdleTimer(connectionPrototype);
failUnwritten(connectionPrototype);
boundHandshake(connectionPrototype);
dropLateAnswers(connectionPrototype);
noteCoordinators(executionPrototype);
noteFailures(executionPrototype);
keepTracesOfErrors(FrameReader.prototype);

const SCHEMA_VERSION = "SELECT schema_version FROM system.local WHERE key = 'local'";

/** The same for each use of a connection, so that requests under way on it can be found. */
const nodes = new WeakMap<DriverConnection, PreparingNode>();

function nodeOf(connection: DriverConnection, keyspace: string | undefined): PreparingNode {
  const known = nodes.get(connection);
  if (known !== undefined) return known;
  const node: PreparingNode = {
    /** @throws {TypeError} if the driver's internals differ from the version that this file was written for */
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
 * Hands `use` a node, and the next one if that node goes away, or takes long while there is a next one. The driver
 * does not know of statements that are prepared in this way, so it does not prepare them elsewhere.
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
  let host = getNextHost(plan, profileManager, tried);
  for (let nodesBefore = 0; host !== null; nodesBefore++) {
    const { address } = host;
    const work = borrow(host, keyspace).then((borrowed) => use(nodeOf(borrowed, keyspace)));
    const ms = patienceMs(nodesBefore);
    const isOver = await isOverWithin(ms, work);
    host = isOver ? null : getNextHost(plan, profileManager, tried);
    if (host !== null) {
      tried[address] = slowToPrepare(address, ms);
      continue;
    }
    try {
      return await work;
    } catch (error) {
      if (!isAway(error)) throw error;
      tried[address] = error;
      host = getNextHost(plan, profileManager, tried);
    }
  }
  throw new cassandra.errors.NoHostAvailableError(tried);
}

/** Whether a node did not answer, so that another one may. */
function isAway(error: unknown): error is Error {
  return error instanceof cassandra.errors.OperationTimedOutError || isSocketError(error);
}

/** A node that forgets a statement more often is left alone with it. */
const MAX_PREPARATIONS = 2;
// The driver would prepare the same text again and send the same bytes, whatever their types are now.
const prepareAndRetry = executionPrototype._prepareAndRetry;
executionPrototype._prepareAndRetry = function (queryId) {
  const { prepareAgain } = this._request;
  if (prepareAgain === undefined) return prepareAndRetry.call(this, queryId);
  const { preparedOn, _host: host } = this;
  const times = preparedOn?.host === host ? preparedOn.times : 0;
  if (times >= MAX_PREPARATIONS) {
    const message = "Cannot keep a statement prepared: the node forgets it each time";
    this._parent.triedHosts[host.address] = new Error(message);
    return sendAgain(this, { onSameHost: false });
  }
  this.preparedOn = { host, times: times + 1 };
  this._parent.log("info", `0x${queryId.toString("hex")} is not prepared on the node any more`);
  const { client, triedHosts } = this._parent;
  const work = prepareAgain(nodeOf(this._connection, client.keyspace as string | undefined));
  unlessAnotherMay(client, { address: host.address, triedHosts }, work).then(
    () => sendAgain(this, { onSameHost: true }),
    (error) => {
      if (!isAway(error)) return this._parent.setCompleted(error);
      this._parent.triedHosts[this._host.address] = whilePreparing(error);
      sendAgain(this, { onSameHost: false });
    },
  );
};

/** Sends a statement that was not run. That is no retry: after a failure of its own, it may be sent again once. */
function sendAgain(
  execution: RequestExecution,
  { onSameHost }: { readonly onSameHost: boolean },
): void {
  const retries = execution._retryCount;
  execution._retry(undefined, onSameHost);
  execution._retryCount = retries;
}

function optionsOf(
  client: cassandra.Client,
  execution: ExecutionSettings,
  deadline: Deadline,
): DriverOptions {
  const options = DefaultExecutionOptions.create(execution, client);
  // Asked for each attempt.
  const getReadTimeout = () => deadline.leftMs;
  options.getReadTimeout = getReadTimeout;
  return options;
}

/**
 * Sends an EXECUTE, with the driver's routing and retries.
 *
 * @throws {AnswerTooLarge} if there are more than `maxBytes` of rows
 * @throws {DeadlinePassed}
 */
export function sendExecute(
  client: cassandra.Client,
  bound: BoundStatement,
  { execution, prepareAgain, deadline, maxBytes, mayBeLarge, speculation }: SendExecuteOptions,
): Promise<RawResult> {
  const sender = client as unknown as SendingClient;
  const writeTime = execution.timestamp ??
    sender.options.policies.timestampGeneration?.next(sender) ?? null;
  const options = { execution, writeTime, prepareAgain, deadline, maxBytes };
  const request = new ExecuteRequest(bound, options);
  const target = speculation === null ? firstTarget(sender, request, mayBeLarge) : null;
  if (target !== null) {
    const takeOver = (failed: FailedAttempt) => goOn(client, execution, failed);
    return sendFirst(target, request, { takeOver });
  }
  const handler = new Handler(request, optionsOf(client, execution, deadline), client);
  return deadline.bound(sendWith(handler, speculation).then(toRawResult));
}

/** Lets the driver decide what happens after a failed attempt. */
async function goOn(
  client: cassandra.Client,
  execution: ExecutionSettings,
  { request, host, connection, plan, error }: FailedAttempt,
): Promise<RawResult> {
  const handler = new Handler(request, optionsOf(client, execution, request.deadline), client);
  const result = await new Promise<DriverResult>((resolve, reject) => {
    Object.assign(handler, {
      _hostIterator: plan,
      _resolveCallback: resolve,
      _rejectCallback: reject,
    });
    const attempt = new Execution(handler, host, connection);
    handler._executions.push(attempt);
    attempt._handleError(Execution._getErrorCode(error), error);
  });
  return toRawResult(result);
}

/** Sends rows of one statement in a BATCH that is not logged, with the driver's routing and retries. */
export async function sendBatch(
  client: cassandra.Client,
  batch: BatchRows,
  { execution, prepareAgain, deadline }: SendOptions,
): Promise<RawResult> {
  const options = optionsOf(client, { ...execution, logged: false }, deadline);
  const request = new PackedBatch(batch, options, deadline);
  Object.assign(request, { prepareAgain });
  return toRawResult(await deadline.bound(new Handler(request, options, client).send()));
}
