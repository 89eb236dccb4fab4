/**
 * Speculative execution: a read whose node takes long is sent to another node, too, and the first answer counts. The
 * driver has it as a policy of the whole client, which knows nothing of budgets, and the first error of either
 * attempt ends both. Here each statement says after what time, a budget decides when that time has come, and a failure counts
 * only if the other attempt fails as well.
 *
 * Read against cassandra-driver 4.10.0, `lib/request-handler.js` and `lib/request-execution.js`.
 *
 * @module
 */
import { clearTimeout, setTimeout } from "node:timers";
import type { DriverResult } from "./driver_shapes.ts";
import type { Speculation } from "./driver_types.ts";

/** What runs a request, with all its attempts. */
export interface RequestHandler {
  readonly _executions: { readonly _host: { readonly address: string } }[];
  send(): Promise<DriverResult>;
  /** Begins on the next node of the plan, if there is one. */
  _startNewExecution(isSpeculative: true): Promise<void>;
  setCompleted(error: unknown, result?: DriverResult): void;
  handleNoHostAvailable(error: unknown, execution: unknown): void;
}

export interface RequestHandlerClass {
  new (request: unknown, options: unknown, client: unknown): RequestHandler;
}

/** @param speculation null for a request that is sent to one node at a time */
export function sendWith(
  handler: RequestHandler,
  speculation: Speculation | null,
): Promise<DriverResult> {
  return speculation === null ? handler.send() : sendSpeculatively(handler, speculation);
}

/** Sends a request that may be carried out twice. */
async function sendSpeculatively(
  handler: RequestHandler,
  { afterMs, budget, onEnd }: Speculation,
): Promise<DriverResult> {
  const attempts = new RunningAttempts(handler);
  let hasSecond = false;
  let isOver = false;
  async function startSecond(): Promise<void> {
    const before = handler._executions.length;
    // The first attempt is not sent yet, as its connection still changes to the keyspace. The driver expects it.
    if (before === 0 || !budget.tryTake()) return;
    attempts.add();
    try {
      await handler._startNewExecution(true);
      hasSecond = handler._executions.length > before;
      if (hasSecond && isOver) onEnd(false);
      if (hasSecond) return;
      // There is no other node.
    } catch {
      // It could not begin, and the first one goes on.
    }
    attempts.drop();
    budget.giveBack();
  }
  budget.noteRequest();
  const timer = setTimeout(() => void startSecond(), afterMs);
  let hasWon = false;
  try {
    const result = await handler.send();
    hasWon = handler._executions[1]?._host.address === result.info.queriedHost;
    return result;
  } finally {
    clearTimeout(timer);
    isOver = true;
    // Only now: a count that goes down again is taken for one that has begun again.
    if (hasSecond || hasWon) onEnd(hasWon);
  }
}

/** Lets the last attempt that fails end the request, rather than the first. */
class RunningAttempts {
  #running = 1;
  #failure: unknown;
  readonly #end: (error: unknown) => void;

  constructor(handler: RequestHandler) {
    const { setCompleted, handleNoHostAvailable } = handler;
    const end = (error: unknown) => setCompleted.call(handler, error);
    const completed: typeof setCompleted = (error, result) => {
      if (error) this.drop(error);
      else setCompleted.call(handler, null, result);
    };
    const noHostAvailable: typeof handleNoHostAvailable = (error, execution) => {
      if (execution === null) handleNoHostAvailable.call(handler, error, null);
      else this.drop(error);
    };
    this.#end = end;
    handler.setCompleted = completed;
    handler.handleNoHostAvailable = noHostAvailable;
  }

  add(): void {
    this.#running++;
  }

  /** @param failure default: the other attempt's */
  drop(failure: unknown = this.#failure): void {
    this.#failure = failure;
    if (--this.#running === 0) this.#end(failure);
  }
}
