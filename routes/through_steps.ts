/**
 * Runs the steps of a request in one middleware: one for each would cost every request a promise and a closure.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./context.ts";
import { problemResponse } from "./respond/problem.ts";
import type { PipelineStep } from "./step.ts";

export function throughSteps(steps: readonly PipelineStep[]): MiddlewareHandler<AppEnv> {
  const enters = steps.map(({ enter }) => enter);
  const leaves = steps.map(({ leave }) => leave);
  const completions = steps.flatMap(({ headers }) => headers ?? []).reverse();

  return async function throughSteps(context, next) {
    let entered = 0;
    try {
      for (; entered < enters.length; entered++) {
        const waiting = enters[entered]?.(context);
        if (waiting !== undefined) await waiting;
      }
      await next();
    } catch (error) {
      context.res = await problemResponse(error, context);
    }
    const { headers } = context.res;
    for (const complete of completions) complete(context, headers);
    for (let index = entered - 1; index >= 0; index--) leaves[index]?.(context);
  };
}
