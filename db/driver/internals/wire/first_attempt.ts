/**
 * The first attempt at an EXECUTE, sent to the first host of its plan. Nearly all succeed, and need nothing of
 * the driver's bookkeeping for each request: lists of hosts and executions, a copy of the options, timers and
 * measurements. If the attempt fails, the driver takes over with that failure and the rest of the plan, and
 * decides whether the request is sent again, and where.
 *
 * Read against cassandra-driver 4.10.0, `lib/request-handler.js`, `lib/request-execution.js`,
 * `lib/connection.js` and `lib/operation-state.js`.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { Alarm } from "../../../../runtime/alarms.ts";
import type { RawResult, WriteTime } from "../driver_types.ts";
import { rawResultOf } from "../raw_result.ts";
import { isSocketError } from "../socket_error.ts";
import { chooseConnection, type PooledConnection, type PooledHost } from "./choose_connection.ts";
import type { ExecuteRequest } from "./execute_request.ts";
import type { DriverAnswer } from "./read_result.ts";
import { sendOn, type WritableOperation, type WrittenConnection } from "./write_frames.ts";

/** A connection that requests are sent on. */
export interface SendingConnection extends WrittenConnection, PooledConnection {
  readonly keyspace: string | null;
  /** Requests that timed out and have not been answered since. */
  timedOutOperations: number;
  emit(event: "responseDequeued"): void;
}

/** A node that may coordinate. */
export interface SendingHost extends PooledHost<SendingConnection> {
  readonly address: string;
  isUp(): boolean;
  checkHealth(connection: SendingConnection): void;
}

export interface SendingClient {
  readonly keyspace?: string;
  readonly options: {
    readonly policies: {
      /** Null for none: the nodes then tell the time. */
      readonly timestampGeneration: { next(client: SendingClient): WriteTime | null } | null;
    };
  };
  readonly profileManager: {
    getDistance(host: SendingHost): number;
    getDefaultLoadBalancing(): {
      newQueryPlan(
        keyspace: string | undefined,
        request: ExecuteRequest,
        callback: (error: unknown, plan?: Iterator<SendingHost>) => void,
      ): void;
    };
  };
}

/** Where an attempt goes. */
export interface Target {
  readonly host: SendingHost;
  readonly connection: SendingConnection;
  /** The hosts that come after it. */
  readonly plan: Iterator<SendingHost>;
}

/** What the driver needs to carry on after a failed attempt. */
export interface FailedAttempt extends Target {
  readonly request: ExecuteRequest;
  readonly error: unknown;
}

export interface FirstAttemptOptions {
  /** Lets the driver carry on. Settles as the request does. */
  readonly takeOver: (failed: FailedAttempt) => Promise<RawResult>;
}

const NOTHING: DriverAnswer = { flags: {} };
const { distance } = cassandra.types;
const { OperationTimedOutError } = cassandra.errors;

/**
 * Null if the first host of the plan cannot take the request as it is.
 *
 * @param mayBeLarge whether the answer may hold up others
 */
export function firstTarget(
  client: SendingClient,
  request: ExecuteRequest,
  mayBeLarge: boolean,
): Target | null {
  const { profileManager, keyspace } = client;
  let plan: Iterator<SendingHost> | undefined;
  profileManager.getDefaultLoadBalancing().newQueryPlan(keyspace, request, (_error, made) => {
    plan = made;
  });
  const first = plan?.next();
  if (plan === undefined || first === undefined || first.done) return null;
  const host = first.value;
  if (profileManager.getDistance(host) === distance.ignored || !host.isUp()) return null;
  try {
    const connection = chooseConnection(host, mayBeLarge);
    const isThere = keyspace === undefined || connection.keyspace === keyspace;
    return isThere ? { host, connection, plan } : null;
  } catch {
    return null;
  }
}

/**
 * @throws {DeadlinePassed}
 * @throws the driver's errors, once it has taken over
 */
export function sendFirst(
  target: Target,
  request: ExecuteRequest,
  { takeOver }: FirstAttemptOptions,
): Promise<RawResult> {
  return new Promise((resolve, reject) => {
    new FirstAttempt(target, request, { takeOver, resolve, reject }).send();
  });
}

interface FirstAttemptEnd extends FirstAttemptOptions {
  readonly resolve: (result: RawResult) => void;
  readonly reject: (error: unknown) => void;
}

class FirstAttempt implements WritableOperation, Alarm {
  readonly request: ExecuteRequest;
  streamId = -1;
  readonly #target: Target;
  readonly #end: FirstAttemptEnd;
  #state: "waiting" | "answered" | "timed out" = "waiting";

  constructor(target: Target, request: ExecuteRequest, end: FirstAttemptEnd) {
    this.#target = target;
    this.request = request;
    this.#end = end;
  }

  send(): void {
    const { deadline } = this.request;
    const { host, connection } = this.#target;
    deadline.attempts.coordinator = host.address;
    deadline.watch(this);
    sendOn(connection, this);
  }

  canBeWritten(): boolean {
    return this.#state === "waiting";
  }

  /** The driver asks this when it writes the request after a stream has become free. */
  isByRow(): boolean {
    return false;
  }

  setResult(error: unknown, answer?: DriverAnswer | null): void {
    const { connection, host } = this.#target;
    if (this.#state === "timed out") {
      this.#state = "answered";
      connection.timedOutOperations--;
    }
    if (this.#state !== "waiting") return;
    this.#state = "answered";
    if (!isSocketError(error)) connection.emit("responseDequeued");
    if (error) return this.#handOver(error);
    this.request.deadline.unwatch(this);
    this.#end.resolve(rawResultOf(answer ?? NOTHING, host.address));
  }

  #handOver(error: unknown): void {
    const { request } = this;
    const { takeOver, resolve, reject } = this.#end;
    takeOver({ ...this.#target, request, error }).then((result) => {
      request.deadline.unwatch(this);
      resolve(result);
    }, (error) => {
      request.deadline.unwatch(this);
      reject(request.deadline.ownLimit(error));
    });
  }

  /** The time is up. */
  ring(): void {
    const { connection, host } = this.#target;
    const { deadline } = this.request;
    const error = new OperationTimedOutError(
      `The host ${host.address} did not reply before the deadline`,
      host.address,
    );
    this.#end.reject(deadline.ownLimit(error));
    if (this.#state !== "waiting") return;
    this.#state = "timed out";
    connection.timedOutOperations++;
    connection.emit("responseDequeued");
    host.checkHealth(connection);
  }
}
