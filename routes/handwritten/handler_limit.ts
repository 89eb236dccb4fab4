/**
 * How long a handler may take until it answers. Nothing ends the code of a handler; its request ends, so that a
 * handler that waits for what does not come keeps no place from others.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";
import type { Alarms } from "../../runtime/alarms.ts";

export interface HandlerLimit {
  readonly timeoutMs: number;
  readonly alarms: Alarms;
}

/**
 * What a handler returns, if it does so in time.
 *
 * @param mayWrite whether its work may have changed something
 * @throws {ServiceError} `timeout`, or `outcome_unknown` if it may have written; by the promise
 */
export function inTime(
  returned: Promise<unknown>,
  { timeoutMs, alarms, mayWrite }: HandlerLimit & { readonly mayWrite: boolean },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const cancel = alarms.after(timeoutMs, () => {
      isLate = true;
      reject(tooLate({ timeoutMs, mayWrite }));
    });
    returned.then((response) => {
      if (isLate) return discard(response);
      cancel();
      resolve(response);
    }, (error) => {
      cancel();
      reject(error);
    });
  });
}

function tooLate(
  { timeoutMs, mayWrite }: { readonly timeoutMs: number; readonly mayWrite: boolean },
): ServiceError {
  const cause = new Error(`The handler did not return within ${timeoutMs} ms (HANDLER_TIMEOUT_MS)`);
  return mayWrite
    ? new ServiceError(
      "outcome_unknown",
      "The route did not answer in time: what it does may have happened, or may happen yet",
      { cause },
    )
    : new ServiceError("timeout", "The route did not answer in time: retry the request", { cause });
}

/** Ends what nobody will read: a stream may hold on to something until it is cancelled. */
function discard(returned: unknown): void {
  if (returned instanceof Response) returned.body?.cancel().catch(() => {});
}
