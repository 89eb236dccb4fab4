/**
 * Gives each request of a route a place while it is served, or refuses it at once, and a share of the event loop for
 * its work and its output. It runs after authentication, because each caller has a share: callers are known by issuer and
 * subject, and on public routes by address.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import type { Places } from "../load/places.ts";
import type { TimeSlices } from "../load/time_slices.ts";
import type { WriteSlots } from "../load/write_slots.ts";

export interface ShedLoadOptions {
  /** The places of the process; apps that replace each other share them. */
  readonly places: Places;
  /** Likewise, the time slices of the process. */
  readonly slices: TimeSlices;
  readonly slots: WriteSlots;
  readonly addressOf: AddressReader;
}

export function shedLoad(
  { places, slices, slots, addressOf }: ShedLoadOptions,
): MiddlewareHandler<AppEnv> {
  return async function shedLoad(context, next) {
    const request = context.get("request");
    const caller = request.identity?.caller ?? addressOf(context);
    const leave = places.take(caller);
    request.run = (steps) => slices.run(caller, steps);
    request.takeWriteSlot = () => slots.take(caller);
    try {
      await next();
    } finally {
      // A stream keeps its place until it ends.
      if (request.completion === null) leave();
      else request.completion.then(leave);
    }
  };
}
