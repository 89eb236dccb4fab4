/**
 * The driver's errors → the service's. The one place that says which failures are worth a retry,
 * which mean nothing was done, and which leave the outcome unknown.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { invalidCursor } from "../../../errors/invalid_input.ts";
import { internalError, ServiceError } from "../../../errors/service_error.ts";
import { isSocketError, wasNotSent } from "../internals/socket_error.ts";
import { AnswerTooLarge } from "../internals/wire/answer_too_large.ts";
import { DeadlinePassed } from "../timing/deadline.ts";
import { bindsArguments } from "./bound_arguments.ts";
import { hideValues } from "./hide_values.ts";
import { repeatedFailure } from "./repeated_failure.ts";
import { isBadJson, isOfFunction, isOfOperator, tellRefusal } from "./refused_values.ts";
import { SchemaChangedError } from "../schema_watch/schema_changed.ts";

const { responseErrorCodes: responses } = cassandra.types;
// Of native protocol v5, section 9, which the driver has no names for. A node says the first to v4 too.
const CDC_WRITE_FAILURE = 0x1600;
const CAS_WRITE_UNKNOWN = 0x1700;

/** What decides between a plain failure and one whose outcome is unknown. */
export interface StatementFacts {
  /** Whether it writes: a read that failed has changed nothing. */
  readonly writes: boolean;
  readonly idempotent: boolean;
  /** Its text, where it is a query of the project. */
  readonly cql?: string;
  /** Whether it goes on from a paging state, which a server of another release may not know. */
  readonly resumes?: boolean;
  /** The first failure of its attempts after which it may have been carried out all the same. */
  readonly lost?: unknown;
}

/**
 * @param error whatever the driver threw or rejected with
 * @returns an error whose `detail` is fit for the caller and whose `cause` is for the operator
 */
export function mapError(error: unknown, facts: StatementFacts): ServiceError {
  const failure = ofLastAttempt(error, facts);
  const { lost = null, ...others } = facts;
  failure.cause = hideValues(failure.cause);
  const isDecided = lost === null || !facts.writes || error instanceof DeadlinePassed ||
    mostTelling(error) === lost;
  return isDecided ? failure : repeatedFailure(ofLastAttempt(lost, others), failure);
}

function ofLastAttempt(error: unknown, facts: StatementFacts): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof SchemaChangedError) return schemaChanged(error);
  if (error instanceof AnswerTooLarge) return answerTooLarge(error);
  if (error instanceof DeadlinePassed) return deadlinePassed(error, facts);
  const cause = mostTelling(error);
  const { errors } = cassandra;
  if (cause instanceof errors.OperationTimedOutError) return timedOut(cause, facts);
  if (cause instanceof errors.BusyConnectionError) return overloaded(cause);
  if (cause instanceof errors.NoHostAvailableError) return unavailable(cause);
  if (cause instanceof errors.ResponseError) {
    // Any other refusal of a later page is about stored values, as it is on the first page.
    if (facts.resumes && cause.code === responses.protocolError) return invalidCursor({ cause });
    // Behind other hosts it is the keyspace that is refused, not the values.
    if (cause === error && cause.code === responses.invalid) return refusedValues(cause, facts);
    if (isOfDroppedTable(cause)) return schemaChanged(cause);
    return mapResponse(cause, facts);
  }
  if (isSocketError(cause)) return connectionLost(cause, facts);
  return internalError(cause);
}

/** Section 9 of the native protocol v4 lists the codes. */
function mapResponse(
  cause: cassandra.errors.ResponseError,
  facts: StatementFacts,
): ServiceError {
  switch (cause.code) {
    case responses.unavailableException:
      return tooFewReplicas(cause, facts);
    case responses.isBootstrapping:
      return unavailable(cause);
    case responses.overloaded:
      return toldOverloaded(cause, facts);
    case responses.readTimeout:
    case responses.writeTimeout:
      return timedOut(cause, facts);
    case responses.functionFailure:
      return failsForValues(cause, facts) ? refusedValues(cause, facts) : functionFailed(cause);
    case CAS_WRITE_UNKNOWN:
      return timedOut(cause, facts);
    case responses.readFailure:
    case responses.writeFailure:
    case CDC_WRITE_FAILURE:
      return new ServiceError(
        "replica_failure",
        facts.writes
          ? "Cassandra failed to write on some replicas; others may have written: read before you retry"
          : "Cassandra failed to read on some replicas; a retry may fail the same way",
        { cause },
      );
    case responses.truncateError:
    case responses.serverError:
      return new ServiceError(
        "replica_failure",
        facts.writes
          ? "Cassandra failed during the write, which may have happened: read before you retry"
          : "Cassandra failed during the read; a retry may fail the same way",
        { cause },
      );
    default:
      return internalError(cause);
  }
}

/** Whether a function failed for what the caller sent; what somebody else's function does with it is not known. */
function failsForValues({ message }: Error, { cql }: StatementFacts): boolean {
  if (isBadJson(message)) return true;
  return isOfOperator(message) && cql !== undefined && bindsArguments(cql, ["arithmetic"]);
}

/** A node that runs a statement while its table is dropped finds a table that it no longer knows. */
function isOfDroppedTable({ code, message }: cassandra.errors.ResponseError): boolean {
  return code === responses.serverError && /\bUnknown CF\b/.test(message);
}

function schemaChanged(cause: Error): ServiceError {
  return new ServiceError(
    "schema_changed",
    "The table changed after this route was derived from it, so the statement was not run: retry later",
    { cause },
  );
}

function answerTooLarge(cause: AnswerTooLarge): ServiceError {
  return new ServiceError(
    "answer_too_large",
    "The answer is larger than this service allows: request less, or report it to the query's author",
    { cause },
  );
}

/**
 * A statement that was prepared can be refused only for its bound values, or for the results of its functions
 * on constants and stored values. What Cassandra refuses whatever is bound is a mistake at boot: the checks are
 * in `db/prepare/checks/execution/`, and in `catalog/checks/execution/` where the text alone shows it.
 */
function refusedValues(
  cause: cassandra.errors.ResponseError,
  { cql }: StatementFacts,
): ServiceError {
  if (isOfFunction(cause.message) && cql !== undefined && !bindsArguments(cql)) {
    return functionFailed(cause);
  }
  return new ServiceError("invalid_input", tellRefusal(cause.message), { cause });
}

function functionFailed(cause: unknown): ServiceError {
  return new ServiceError(
    "function_failed",
    "A function or an operation of the query failed on these values, or on what is stored, and nothing was changed: report it to the author of the query",
    { cause },
  );
}

function unavailable(cause: unknown): ServiceError {
  return new ServiceError(
    "unavailable",
    "Too few Cassandra nodes are reachable to serve this request; nothing was changed: retry later",
    { cause },
  );
}

/**
 * Cassandra counts its replicas before it writes. But a lightweight transaction counts them once more
 * to commit what was accepted, and a statement that was sent again may have been made the first time.
 */
function tooFewReplicas(cause: unknown, facts: StatementFacts): ServiceError {
  if (!facts.writes) return unavailable(cause);
  if (!facts.idempotent) return outcomeUnknown(cause);
  return new ServiceError(
    "unavailable",
    "Too few replicas are reachable to write at the required consistency: retrying later is safe",
    { cause },
  );
}

/** The connection broke: unless the request was still waiting to be sent, a write may have been made. */
function connectionLost(cause: unknown, facts: StatementFacts): ServiceError {
  if (!facts.writes || wasNotSent(cause)) return unavailable(cause);
  if (!facts.idempotent) return outcomeUnknown(cause);
  return new ServiceError(
    "unavailable",
    "The connection to Cassandra broke; the write may have happened: retrying is safe",
    { cause },
  );
}

/**
 * A coordinator with too many hints says so before it writes. But it looks again before it commits a
 * lightweight transaction, which the replicas have accepted by then (Cassandra's `StorageProxy`,
 * `checkHintOverload`).
 */
function toldOverloaded(cause: unknown, facts: StatementFacts): ServiceError {
  return facts.writes && !facts.idempotent ? outcomeUnknown(cause) : overloaded(cause);
}

function overloaded(cause: unknown): ServiceError {
  return new ServiceError("overloaded", "Cassandra is overloaded: retry later", {
    cause,
  });
}

function timedOut(cause: unknown, facts: StatementFacts): ServiceError {
  if (facts.writes && wasNotSent(cause)) return notAsked(cause);
  if (!facts.writes) {
    return new ServiceError("timeout", "Cassandra did not answer in time: retry the request", {
      cause,
    });
  }
  if (!facts.idempotent) return outcomeUnknown(cause);
  return new ServiceError(
    "timeout",
    "Cassandra did not confirm the write in time; it may have happened: retrying is safe",
    { cause },
  );
}

function deadlinePassed(cause: DeadlinePassed, facts: StatementFacts): ServiceError {
  return cause.wasSent || !facts.writes ? timedOut(cause, facts) : notAsked(cause);
}

function notAsked(cause: unknown): ServiceError {
  return new ServiceError(
    "timeout",
    "Cassandra could not be asked in time, and nothing was changed: retry the request",
    { cause },
  );
}

function outcomeUnknown(cause: unknown): ServiceError {
  return new ServiceError(
    "outcome_unknown",
    "Cassandra did not confirm the write, which may have happened or may still happen: read before you retry",
    { cause },
  );
}

/**
 * `NoHostAvailableError` hides why each host was passed over; the first real error among the reasons
 * says more than the fact that no host was left.
 */
function mostTelling(error: unknown): unknown {
  if (!(error instanceof cassandra.errors.NoHostAvailableError)) return error;
  const reasons = Object.values(error.innerErrors ?? {}) as unknown[];
  return reasons.find(isAnswer) ??
    reasons.find((reason) => reason instanceof cassandra.errors.OperationTimedOutError) ??
    reasons.find(isSocketError) ??
    reasons.find((reason) => reason instanceof cassandra.errors.BusyConnectionError) ?? error;
}

/** Whether a node said what is wrong. If it has only forgotten the statement, the real failure came later. */
function isAnswer(error: unknown): boolean {
  return error instanceof cassandra.errors.ResponseError && error.code !== responses.unprepared;
}

/** Why no connection came about, in one line for the operator: the hosts, their reasons, and what to do. */
export function connectionFailure(error: unknown): string {
  const reasons = reasonsOf(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(reasons))?.[1];
  return advice === undefined ? reasons : `${reasons}: ${advice}`;
}

/** Advice for failures that a setting can fix, by the driver's words. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /Keyspace '\w+' does not exist/,
    'run "deno task migrate", which creates it, or correct CASSANDRA_KEYSPACE',
  ],
  [/localDataCenter was configured as/, "correct CASSANDRA_LOCAL_DATACENTER"],
  [/No host could be resolved/, "correct CASSANDRA_CONTACT_POINTS"],
  [/Authentication provider not set/, "set CASSANDRA_USERNAME and CASSANDRA_PASSWORD"],
  [
    /Provided username .* and\/or password are incorrect/,
    "correct CASSANDRA_USERNAME and CASSANDRA_PASSWORD",
  ],
  // A node's complaint about the client's certificate; some nodes only say that they refuse it.
  [
    /received fatal alert: (?:InternalError|HandshakeFailure|\w*Certificate\w*|UnknownCA)/,
    "set or correct CASSANDRA_TLS_CERT and CASSANDRA_TLS_KEY",
  ],
  // What the runtime says of any pair that it cannot use, such as one with the key of another certificate.
  [/^\S+ unsupported protocol/, "correct CASSANDRA_TLS_CERT and CASSANDRA_TLS_KEY"],
  [/unable to (?:verify|get)|self[- ]signed|UnknownIssuer/, "correct CASSANDRA_TLS_CA"],
  [/ECONNREFUSED/, "start Cassandra there, or correct CASSANDRA_CONTACT_POINTS"],
];

function reasonsOf(error: unknown): string {
  if (error instanceof cassandra.errors.NoHostAvailableError) {
    const reasons = Object.entries(error.innerErrors ?? {}).map(([host, reason]) =>
      `${host}: ${reason instanceof Error ? reason.message : reason}`
    );
    // The driver tries them in another order each time.
    if (reasons.length > 0) return reasons.sort().join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}
