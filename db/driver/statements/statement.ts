/**
 * Prepares statements and executes them, so that bytes of one type never run under another.
 *
 * Each is prepared twice on the same node. First with the node's schema version after it, which tells
 * its types: under a text that nobody has used before the last change, since a node can keep a
 * statement through a change that is made while it is prepared. Then with the fingerprint of the types
 * as well (`fingerprint.ts`): that is what is executed. A node forgets both when a table, type or
 * function of theirs changes, and says so when it is to execute one. The first is then prepared before
 * the second, which is never prepared under types other than its fingerprint's: another process
 * may be executing it.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import { type PackedRow, unpackRow } from "../../../codec/packed/packed_rows.ts";
import { describeColumns } from "./cql_type.ts";
import { onOneNode, sendBatch, sendExecute } from "../internals/driver_internals.ts";
import type { ExecutionSettings, PreparingNode } from "../internals/driver_shapes.ts";
import type {
  BoundValues,
  DescribedStatement,
  ExecuteOptions,
  PreparedStatement,
  RawResult,
  RoutingPart,
} from "../internals/driver_types.ts";
import { fingerprintOf, withMark } from "../schema_watch/fingerprint.ts";
import { onceMoreOnMismatch } from "../schema_watch/once_more.ts";
import { isRefusal } from "../failures/refusal.ts";
import { SchemaChangedError } from "../schema_watch/schema_changed.ts";
import type { Deadline } from "../timing/deadline.ts";

// More than enough for the statements of a migration that come one after the other.
const MAX_ATTEMPTS = 5;

/**
 * Prepares a statement on one node; on the others it is prepared when they are first asked to run it.
 *
 * @throws the driver's `ResponseError` where the server refuses the statement
 * @throws {SchemaChangedError} if its types change each time that it is prepared
 */
export function prepareStatement(
  client: cassandra.Client,
  cql: string,
): Promise<PreparedStatement> {
  return onOneNode(client, async (node) => {
    for (let attempt = 1;; attempt++) {
      try {
        return await prepareOn(node, cql);
      } catch (error) {
        // Without the mark, so that the server names only places of the statement itself.
        if (isRefusal(error)) await node.prepare(cql);
        else if (!(error instanceof SchemaChangedError)) throw error;
        if (attempt === MAX_ATTEMPTS) throw error;
      }
    }
  });
}

async function prepareOn(node: PreparingNode, cql: string): Promise<PreparedStatement> {
  const schemaVersion = await node.schemaVersion();
  const fingerprint = fingerprintOf(await node.prepare(withMark(cql, schemaVersion)));
  const marked = withMark(cql, `${schemaVersion} ${fingerprint}`);
  const prepared = await prepareMarked(node, { marked, fingerprint });
  const routing = prepared.partitionKey;
  return { ...prepared, cql, marked, fingerprint, routing, schemaVersion };
}

async function prepareMarked(
  node: PreparingNode,
  { marked, fingerprint }: Pick<PreparedStatement, "marked" | "fingerprint">,
): Promise<DescribedStatement> {
  const prepared = await node.prepare(marked);
  if (fingerprintOf(prepared) === fingerprint) return prepared;
  throw new SchemaChangedError(
    `Its bind markers became (${describeColumns(prepared.binds)}) while it was prepared`,
  );
}

/**
 * Asks one node whether the statement still means what it meant when it was prepared.
 *
 * @throws {SchemaChangedError} if it does not
 */
export async function checkStatement(
  client: cassandra.Client,
  statement: PreparedStatement,
): Promise<void> {
  await onOneNode(client, (node) => checkOn(node, statement));
}

async function checkOn(node: PreparingNode, statement: PreparedStatement): Promise<void> {
  const { cql, fingerprint } = statement;
  const text = withMark(cql, await node.schemaVersion());
  const now = await node.prepare(text).catch(throwSchemaChanged);
  if (fingerprintOf(now) === fingerprint) return;
  throw new SchemaChangedError(describeChange(statement, now));
}

/** What has changed, in words. */
function describeChange(before: PreparedStatement, now: DescribedStatement): string {
  const [were, are] = [before.binds, now.binds].map(describeColumns);
  if (were !== are) return `Its bind markers were (${were}) and are now (${are})`;
  return `${before.partitionKey}` === `${now.partitionKey}`
    ? `A user-defined type of its bind markers (${are}) has other fields than before`
    : `Its bind markers are still (${are}), but others of them make up the partition key`;
}

type Preparations = WeakMap<PreparedStatement, Promise<void>>;

/** Statements that are being prepared again on each node: all runs on that node wait for the same preparation. */
const preparations = new WeakMap<PreparingNode, Preparations>();

/** For a node that has forgotten the statement. */
async function prepareAgain(
  node: PreparingNode,
  statement: PreparedStatement,
  { attempts }: Deadline,
): Promise<void> {
  const onNode: Preparations = preparations.get(node) ?? new WeakMap();
  preparations.set(node, onNode);
  const running = onNode.get(statement);
  if (running !== undefined) return await running;
  attempts.notePreparedAgain();
  const preparing = checkOn(node, statement)
    .then(() => prepareMarked(node, statement))
    .then(() => {}, throwSchemaChanged)
    .finally(() => onNode.delete(statement));
  onNode.set(statement, preparing);
  await preparing;
}

/** A statement that was accepted when it was prepared can be refused only because something has changed since. */
function throwSchemaChanged(cause: unknown): never {
  if (!isRefusal(cause)) throw cause;
  throw new SchemaChangedError(`It can no longer be prepared: ${cause.message}`, { cause });
}

/**
 * Executes a prepared statement once, with the driver's routing and retries.
 *
 * @throws {SchemaChangedError} if its values no longer have the types that they are encoded for; nothing
 * is run then
 * @throws {AnswerTooLarge} if its answer has more bytes than allowed
 * @throws {DeadlinePassed} if there was no answer in time
 * @throws the driver's errors, for `map_error.ts` to read
 */
export function executeStatement(
  client: cassandra.Client,
  statement: PreparedStatement,
  values: BoundValues,
  options: ExecuteOptions,
): Promise<RawResult> {
  const { cql, id } = statement;
  const send = () =>
    sendExecute(client, { cql, id, values }, {
      execution: settingsFor(statement, values, options),
      prepareAgain: (node) => prepareAgain(node, statement, options.deadline),
      deadline: options.deadline,
      maxBytes: options.maxAnswerBytes ?? Infinity,
      mayBeLarge: options.mayBeLarge ?? false,
      speculation: options.speculation ?? null,
    });
  return onceMoreOnMismatch(client, send, options);
}

export type BatchOptions = Omit<
  ExecuteOptions,
  | "serialConsistency"
  | "fetchSize"
  | "pagingState"
  | "maxAnswerBytes"
  | "mayBeLarge"
  | "speculation"
>;

/**
 * Executes a prepared write for several rows at once, in a batch that is not logged. All of them must
 * lie in the partition of the first: they are then written together or not at all.
 *
 * @throws as `executeStatement()` does
 */
export function executeBatch(
  client: cassandra.Client,
  statement: PreparedStatement,
  rows: readonly PackedRow[],
  options: BatchOptions,
): Promise<RawResult> {
  const [first] = rows;
  if (first === undefined) throw new TypeError("Cannot write a batch: it has no rows");
  const values = unpackRow(first);
  const send = () =>
    sendBatch(client, { id: statement.id, rows }, {
      execution: settingsFor(statement, values, options),
      prepareAgain: (node) => prepareAgain(node, statement, options.deadline),
      deadline: options.deadline,
    });
  return onceMoreOnMismatch(client, send, options);
}

function settingsFor(
  statement: PreparedStatement,
  values: BoundValues,
  options: BatchOptions & Partial<ExecuteOptions>,
): ExecutionSettings {
  const routingKey = routingKeyOf(statement, values);
  options.deadline.attempts.partitionKey = routingKey ?? null;
  return {
    consistency: options.consistency,
    serialConsistency: options.serialConsistency ?? null,
    fetchSize: options.fetchSize ?? 0,
    pageState: options.pagingState,
    isIdempotent: options.isIdempotent,
    timestamp: options.writeTime,
    keyspace: statement.keyspace ?? undefined,
    routingKey,
    traceQuery: options.deadline.attempts.isTraced,
  };
}

/**
 * The bytes that the partitioner hashes: the only component's, or each component's with a two-byte
 * length before and a zero after it (Cassandra's `CompositeType`). Undefined if the key is not known as a whole.
 */
export function routingKeyOf(
  { routing }: Pick<PreparedStatement, "routing">,
  values: BoundValues,
): Buffer | undefined {
  const [only] = routing;
  if (only === undefined) return undefined;
  if (routing.length === 1) return bytesOf(only, values) ?? undefined;
  let length = 0;
  for (const part of routing) {
    const value = bytesOf(part, values);
    if (!value) return undefined;
    length += value.length + 3;
  }
  const key = Buffer.allocUnsafe(length);
  let offset = 0;
  for (const part of routing) {
    const value = bytesOf(part, values)!;
    key[offset] = value.length >> 8;
    key[offset + 1] = value.length;
    key.set(value, offset + 2);
    offset += value.length + 3;
    key[offset - 1] = 0;
  }
  return key;
}

function bytesOf(part: RoutingPart, values: BoundValues): Buffer | null | undefined {
  return typeof part === "number" ? values[part] : part;
}
