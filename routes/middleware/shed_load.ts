/**
 * Refuses requests beyond what this process serves at once, before they cost anything: a queue that
 * only grows helps nobody.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";

/** Counts the requests of a process; one gate serves all apps that follow each other. */
export interface LoadGate {
  inFlight: number;
  readonly max: number;
}

export function shedLoad(gate: LoadGate): MiddlewareHandler<AppEnv> {
  if (!(gate.max >= 1)) throw new TypeError(`Cannot shed load: "max" is ${gate.max}`);
  return async function shedLoad(context, next) {
    if (gate.inFlight >= gate.max) {
      throw new ServiceError(
        "too_busy",
        "The service has too much to do: repeat the request later",
      );
    }
    gate.inFlight++;
    // Hono hands errors to its error handler: `next` does not throw.
    await next();
    const { completion } = context.get("request");
    if (completion === null) gate.inFlight--;
    else completion.then(() => gate.inFlight--);
  };
}
