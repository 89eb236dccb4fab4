/**
 * Gives each request of a route a place while it is served, or refuses it at once, and a share of the event loop for
 * its work and its output. What turns out to last as long as its caller likes gives that place up for a place of another budget. It
 * runs after authentication, because each caller has a share: callers are known by issuer and subject, and on public routes by
 * address.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import type { Load } from "../load/load.ts";
import type { Leave } from "../load/places.ts";

export interface ShedLoadOptions {
  readonly load: Load;
  readonly addressOf: AddressReader;
}

export function shedLoad({ load, addressOf }: ShedLoadOptions): MiddlewareHandler<AppEnv> {
  const { places, streams, pageTurns, slices, slots } = load;
  return async function shedLoad(context, next) {
    const request = context.get("request");
    const caller = request.identity?.caller ?? addressOf(context);
    const leavePlace = places.take(caller);
    let leaveStream: Leave | null = null;
    const leave = () => {
      leavePlace();
      leaveStream?.();
    };
    request.run = (steps) => slices.run(caller, steps);
    request.takeWriteSlot = () => slots.take(caller);
    request.readInTurn = (read) => pageTurns.run(caller, read);
    request.holdStream = (kind, bytes) => {
      if (leaveStream !== null) return;
      const route = `${context.req.method} ${request.route}`;
      leaveStream = streams[kind].take({
        route,
        caller,
        ...(bytes === undefined ? {} : { amount: bytes }),
      });
      leavePlace();
    };
    try {
      await next();
    } finally {
      // What goes on after its headers keeps its place until it ends.
      if (request.completion === null) leave();
      else request.completion.then(leave);
    }
  };
}
