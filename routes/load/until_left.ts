/**
 * Waiting on behalf of a caller, as long as that caller is there.
 *
 * @module
 */
import { CallerLeft } from "../../errors/caller_left.ts";

/** A request, as far as it says whether its caller is still there. */
export interface Waiting {
  /** Aborted when the caller leaves. It costs the runtime something, so only requests that wait are asked. */
  readonly signal: AbortSignal;
}

/**
 * What a promise gives. What it is about goes on if the caller leaves.
 *
 * @throws {CallerLeft} as soon as the caller has left
 */
export function untilLeft<T>({ signal }: Waiting, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new CallerLeft());
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
  });
}
