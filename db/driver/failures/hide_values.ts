/**
 * Takes the values out of what a node says of a failure. The words go to the log, which has no values: neither what is
 * stored, nor what a caller sent. A node repeats both, in the exceptions of functions, in the statement whose read it
 * gave up, and wherever a release of Cassandra or an extension may. So only words that are known are kept.
 *
 * The messages come from Cassandra 5.0 and, for timeouts, failures and missing replicas, from the driver, which makes
 * them of numbers.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { wasNotSent } from "../internals/socket_error.ts";

const { responseErrorCodes: responses } = cassandra.types;

/** Failures whose words are of names and numbers alone: who may do what, and which id is unknown. */
const WITHOUT_VALUES: ReadonlySet<number> = new Set([
  responses.unauthorized,
  responses.isBootstrapping,
  responses.unprepared,
]);

// An exception of Java or of Cassandra, by the name of its class. What a text says of itself is no class.
const EXCEPTION = String
  .raw`(?:javax?|jdk|org\.apache|com\.google\.common|io\.netty)\.[\w$.]{1,200}(?:Exception|Error)`;

/**
 * How the messages begin that are known. Of a pattern with groups, only the groups are kept. A caller may have chosen
 * any part of a text, so each pattern takes linear time.
 */
const KNOWN: readonly RegExp[] = [
  // What the driver makes of numbers.
  /^Not enough replicas available for query at consistency \w+ \(-?\d+ required but only -?\d+ alive\)/,
  /^Server timeout during read query at consistency \w+ \(\d+ replica\(s\) responded over \d+ required\)/,
  /^Server timeout during read query at consistency \w+ \((?:the replica queried for the data didn't respond|timeout while waiting for repair of inconsistent replica)\)/,
  /^Server timeout during (?:write query|batchlog write) at consistency \w+ \(\d+ peer\(s\) acknowledged the write over \d+ required\)/,
  /^Server failure during (?:read|write) query at consistency \w+ \(\d+ responses were required but only \d+ replicas responded, \d+ failed\)/,
  // `CasWriteUnknownResultException`, `CommitLogSegmentManagerCDC`, `QueryCancelledException`.
  /^CAS operation result is unknown - proposal accepted by \d+ but not a quorum\.?/,
  /^(Rejecting mutation to keyspace \w+\. Free up space )in .*?( by processing CDC logs)/,
  /^Query cancelled for taking too long/,
  // `Dispatcher`, `CQLMessageHandler`, `StorageProxy`, `ReplicaFilteringProtection`.
  /^Request breached global limit of \d+ requests\/second(?: and triggered backpressure\.|\. Server is currently in an overloaded state and cannot accept more requests\.)/,
  /^Request breached limit(?:\(s\))? on bytes in flight/,
  /^Request has spent over \S{1,20} time of the maximum timeout \d+ms in the queue/,
  /^Query timed out before it could start/,
  /^Server is shutting down/,
  /^Too many in flight hints: \d+ destination: [\w./:[\]-]{1,100} destination hints: \d+/,
  /^(Replica filtering protection has cached over \d+ rows during query ).*(\(See 'cached_replica_rows_fail_threshold' in cassandra\.yaml\.\))$/s,
  // `WarningsSnapshot`, `TombstoneOverwhelmingException`.
  /^(\d+ nodes scanned over \d+ tombstones and aborted the query ).*(\(see tombstone_failure_threshold\))$/s,
  /^(\d+ nodes loaded over \d+ bytes and aborted the query ).*(\(see local_read_size_fail_threshold\))$/s,
  /^(\d+ nodes loaded over \d+ bytes in RowIndexEntry and aborted the query ).*(\(see row_index_size_fail_threshold\))$/s,
  /^(\d+ nodes referenced \d+ SSTable indexes for a query without restrictions on partition key and aborted the query ).*(\(see sai_sstable_indexes_per_query_fail_threshold\))$/s,
  /^Scanned over \d+ tombstones during query/,
  // `Guardrail`, `StorageProxy`, `MutationExceededMaxSizeException`.
  /^Guardrail [a-z_]+ violated/,
  /^Unable to (?:read|write to|CAS write to) denylisted partition/,
  /^Rejected an oversized mutation \(\d+\/\d+\) for keyspace: \w+/,
  // `ClientState`, `Keyspace`, and the state of a page.
  /^Keyspace '\w+' does not exist/,
  /^(?:java\.lang\.\w{1,100}: )?Unknown CF [\da-f-]{36}/,
  /^Invalid value for the paging state/,
  // `FunctionExecutionException`, `OperationExecutionException`, `BytesConversionFcts`, `VectorFcts`, `Duration`,
  // `PartialMaskingFunction`, `HashMaskingFunction`. In quotes are a function and an operation with their types.
  /^execution of 'system\.from_?json\[[^\]']*\]' failed: Could not decode JSON string/,
  new RegExp(String.raw`^execution of '[^']*' failed: ${EXCEPTION}(?=: |$)`),
  /^execution of '[^']*' failed/,
  /^the operation '[^']*' failed: (?:\/ by zero|Division by zero|Division undefined|BigInteger divide by zero)$/,
  /^the operation '[^']*' failed/,
  /^(In call to function [\w.]{1,200}, value )0x[\da-f]*( is not a valid binary representation for type [\w<>, ]{1,200})$/i,
  /^Function [\w.]{1,200} doesn't support all-zero vectors\.?/,
  /^Negative durations are not supported by the floor function/,
  /^The floor function starting time is greater than the provided time/,
  /^For time values, the floor can only be computed for durations smaller that a day/,
  /^The floor (?:on \w{1,50} values )?cannot be computed for the/,
  /^The padding argument for function [\w.]{1,200} should be single-character/,
  /^Hash algorithm not found/,
  // Whatever else failed inside a node is told by its classes.
  new RegExp(String.raw`^(?:${EXCEPTION}: ){0,4}${EXCEPTION}(?=: |$)`),
];

/**
 * The same error in words without values. It is a copy: how the error is mapped depends on its own words. A node that
 * only prepared the statement has seen no value.
 */
export function hideValues(error: unknown): unknown {
  if (!(error instanceof cassandra.errors.ResponseError)) return error;
  if (WITHOUT_VALUES.has(error.code) || wasNotSent(error)) return error;
  const { message } = error;
  const known = knownPart(message);
  if (known === message) return error;
  const hidden = known === ""
    ? `${nameOf(error)}: words that may have values left out: ${whereToLook(error)}`
    : `${known}${functionOf(error)} (values left out: ${whereToLook(error)})`;
  return Object.create(Object.getPrototypeOf(error), {
    ...Object.getOwnPropertyDescriptors(error),
    ...Object.getOwnPropertyDescriptors({
      message: hidden,
      // Where the driver read the answer is of no use, and the text before it has the words.
      stack: `${error.name}: ${hidden}`,
    }),
  });
}

/** What is known to be free of values; empty if nothing is. */
function knownPart(message: string): string {
  for (const pattern of KNOWN) {
    const match = pattern.exec(message);
    if (match !== null) return match.length === 1 ? match[0] : match.slice(1).join("…");
  }
  return "";
}

/** What the driver notes of an error, as far as it does. */
interface Noted {
  /** Which node answered. */
  readonly coordinator?: string;
  /** Of a function that failed, whose exception does not name it. */
  readonly keyspace?: string;
  readonly functionName?: string;
}

/** Where the operator finds the node's own words. Nodes log what they did not foresee, and nothing else. */
function whereToLook({ code, coordinator }: cassandra.errors.ResponseError & Noted): string {
  if (code !== responses.serverError) return "the same statement in cqlsh shows them";
  return `the log of ${coordinator === undefined ? "the node" : `node ${coordinator}`} has them`;
}

function nameOf(error: cassandra.errors.ResponseError): string {
  const { code } = error;
  const name = Object.keys(responses).find((key) =>
    responses[key as keyof typeof responses] === code
  );
  return `Cassandra's error ${name ?? `0x${code.toString(16).padStart(4, "0")}`}${
    functionOf(error)
  }`;
}

function functionOf({ keyspace, functionName }: cassandra.errors.ResponseError & Noted): string {
  return functionName === undefined ? "" : ` in function ${keyspace}.${functionName}`;
}
