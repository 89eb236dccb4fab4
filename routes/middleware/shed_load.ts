/**
 * A place for each request that a route serves, or a refusal at once. It comes after authentication, so
 * that the caller whose share it is has been told apart: by issuer and subject, or by address where no
 * token is asked for.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import type { Places } from "../load/places.ts";

export interface ShedLoadOptions {
  /** Those of the process: apps that replace each other share them. */
  readonly places: Places;
  readonly addressOf: AddressReader;
}

export function shedLoad({ places, addressOf }: ShedLoadOptions): MiddlewareHandler<AppEnv> {
  return async function shedLoad(context, next) {
    const request = context.get("request");
    const leave = places.take(request.identity?.caller ?? addressOf(context));
    try {
      await next();
    } finally {
      // Of an answer that goes on after its headers, the place is taken until it ends.
      if (request.completion === null) leave();
      else request.completion.then(leave);
    }
  };
}
