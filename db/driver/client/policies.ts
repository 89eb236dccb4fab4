/**
 * The driver's hooks for which node is asked, and for when to try again: a statement on another node, and a node
 * that was lost.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { AttemptBudget } from "../timing/attempt_budget.ts";
import { backoff } from "../timing/backoff.ts";

const { loadBalancing, retry, reconnection } = cassandra.policies;
type OperationInfo = cassandra.policies.retry.OperationInfo;
type DecisionInfo = cassandra.policies.retry.DecisionInfo;

/** The statement's own consistency: a weaker one would be a different promise. */
const UNCHANGED = undefined as unknown as cassandra.types.consistencies;

/**
 * Sends a statement again once, and only where doing it twice does no harm and few others are sent again. The
 * driver's own policy has no cap on the number of hosts that a slow statement visits.
 */
export class RetryOnceIfIdempotent extends retry.RetryPolicy {
  readonly #budget: AttemptBudget;

  constructor(budget: AttemptBudget) {
    super();
    this.#budget = budget;
  }

  /**
   * Too few replicas were alive for this coordinator; another may see more. Not for lightweight
   * transactions: theirs can be accepted before the commit is found to lack replicas.
   */
  override onUnavailable(info: OperationInfo): DecisionInfo {
    return this.#onceIfIdempotent(info, { sameHost: false });
  }

  override onReadTimeout(info: OperationInfo): DecisionInfo {
    return this.#onceIfIdempotent(info, { sameHost: true });
  }

  override onWriteTimeout(info: OperationInfo): DecisionInfo {
    return this.#onceIfIdempotent(info, { sameHost: true });
  }

  /** Overloaded, bootstrapping or a broken connection: another node. */
  override onRequestError(
    info: OperationInfo,
    _consistency?: cassandra.types.consistencies,
    error?: Error,
  ): DecisionInfo {
    // The request's time is up, and nobody waits for the answer any more.
    if (error instanceof cassandra.errors.OperationTimedOutError) return this.rethrowResult();
    return this.#onceIfIdempotent(info, { sameHost: false });
  }

  #onceIfIdempotent(info: OperationInfo, options: { sameHost: boolean }): DecisionInfo {
    const may = info.nbRetry === 0 && info.executionOptions.isIdempotent();
    return may && this.#budget.tryTake()
      ? this.retryResult(UNCHANGED, options.sameHost)
      : this.rethrowResult();
  }
}

/**
 * Full-jitter delays of at most half a second, in milliseconds: we notice within that time that Cassandra is
 * back.
 */
export function reconnectionDelays(): Generator<number, never> {
  return backoff({ baseMs: 250, capMs: 500 });
}

/** Tries a lost node again after `reconnectionDelays()`. */
export class JitteredReconnection extends reconnection.ConstantReconnectionPolicy {
  constructor() {
    super(0);
  }

  override newSchedule(): Iterator<number> {
    return reconnectionDelays();
  }
}

type QueryPlan = (error: Error, iterator: Iterator<cassandra.Host>) => void;

/** The driver's own order of nodes, except that silent nodes come last. */
export class SilentLast extends loadBalancing.DefaultLoadBalancingPolicy {
  readonly #silent: ReadonlySet<unknown>;

  constructor(silent: ReadonlySet<unknown>) {
    super();
    this.#silent = silent;
  }

  override newQueryPlan(
    keyspace: string,
    executionOptions: cassandra.ExecutionOptions,
    callback: QueryPlan,
  ): void {
    // As it is nearly always.
    if (this.#silent.size === 0) return super.newQueryPlan(keyspace, executionOptions, callback);
    super.newQueryPlan(keyspace, executionOptions, (error, plan) => {
      callback(error, plan && silentLast(plan, this.#silent));
    });
  }
}

/** The hosts of a plan, those first that are not silent. */
export function* silentLast<Host>(
  plan: Iterator<Host>,
  silent: ReadonlySet<unknown>,
): Generator<Host> {
  const last: Host[] = [];
  for (let next = plan.next(); !next.done; next = plan.next()) {
    if (silent.has(next.value)) last.push(next.value);
    else yield next.value;
  }
  yield* last;
}
