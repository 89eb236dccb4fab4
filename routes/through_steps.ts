/**
 * Runs the steps of a request in one middleware: one for each would cost every request a promise and a closure,
 * and a response whose headers change after it was made.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv, CompleteHeaders } from "./context.ts";
import { problemResponse } from "./respond/problem.ts";
import type { PipelineStep } from "./step.ts";

/** @param outer the steps that the request has passed through before, in another middleware */
export function throughSteps(
  steps: readonly PipelineStep[],
  { outer = [] }: { readonly outer?: readonly PipelineStep[] } = {},
): MiddlewareHandler<AppEnv> {
  const own = completions(steps);
  const all = [...own, ...completions(outer)];
  const enters = steps.map(({ enter }) => enter);
  const leaves = steps.map(({ leave }) => leave);

  /**
   * Has answers made with complete headers, refusals too: the runtime makes an answer twice that is changed afterwards.
   *
   * @returns false while there is no record of the request
   */
  function announce(context: Context<AppEnv>): boolean {
    const request = context.get("request");
    if (request === undefined) return false;
    const { completeHeaders: others } = request;
    if (outer.length > 0) request.completeHeaders = all;
    else if (others.length === 0) request.completeHeaders = own;
    else if (own.length > 0) request.completeHeaders = [...own, ...others];
    return true;
  }

  return async function throughSteps(context, next) {
    let entered = 0;
    const isAnnounced = announce(context);
    try {
      for (; entered < enters.length; entered++) {
        const waiting = enters[entered]?.(context);
        if (waiting !== undefined) await waiting;
      }
      // The outermost has a record of the request only now, from one of its steps.
      if (!isAnnounced) announce(context);
      await next();
    } catch (error) {
      context.res = await problemResponse(error, context);
    }
    // The admin port keeps no record of its requests.
    const answered = context.get("request")?.answered ?? null;
    if (answered !== context.res) {
      for (const complete of own) complete(context, context.res.headers);
    }
    for (let index = entered - 1; index >= 0; index--) leaves[index]?.(context);
  };
}

function completions(steps: readonly PipelineStep[]): CompleteHeaders[] {
  return steps.flatMap(({ headers }) => headers ?? []).reverse();
}
