/**
 * Lets a request of a route in while there is room for it, or refuses it, and gives it a share of the event loop for
 * its work and its output. What turns out to last as long as its caller likes gives its place up for a place of another
 * budget. It runs after authentication, because each caller has a share: callers are known by issuer and subject, and on
 * public routes by address.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { CODES } from "../../errors/codes.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv, RequestContext } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import type { Load } from "../load/load.ts";
import type { Leave } from "../load/places.ts";

export interface ShedLoadOptions {
  readonly load: Load;
  readonly addressOf: AddressReader;
}

export function shedLoad({ load, addressOf }: ShedLoadOptions): MiddlewareHandler<AppEnv> {
  const { admission, limit, streams, pageTurns, slices, slots } = load;

  /** Runs what may refuse a request, and counts it if it does. */
  function counted(error: unknown): unknown {
    if (error instanceof ServiceError) load.noteRefusal(error.code);
    return error;
  }

  return async function shedLoad(context, next) {
    const request = context.get("request");
    const caller = request.identity?.caller ?? addressOf(context);
    const leavePlace = await admission.enter(caller).catch((error) => {
      throw counted(error);
    });
    const route = `${context.req.method} ${request.route}`;
    let leaveStream: Leave | null = null;
    const leave = () => {
      leavePlace();
      leaveStream?.();
    };
    request.run = (steps) => slices.run(caller, steps);
    request.takeWriteSlot = () => slots.take(caller);
    request.readInTurn = (read) => pageTurns.run(caller, read);
    request.holdStream = (kind, amount = 1) => {
      if (leaveStream !== null) return;
      try {
        leaveStream = streams[kind].take({ route, caller, amount });
      } catch (error) {
        throw counted(error);
      }
      leavePlace();
    };
    try {
      await next();
    } finally {
      if (leaveStream === null && limit !== null && isTelling(request)) {
        const waitedMs = request.cassandra.ms;
        limit.note({ route, waitedMs, inFlight: admission.served, now: performance.now() });
      }
      // What goes on after its headers keeps its place until it ends.
      if (request.completion === null) leave();
      else request.completion.then(leave);
    }
  };
}

/** Whether its time says how busy Cassandra and this process are: a failure may be fast for any reason. */
function isTelling({ cassandra, code }: RequestContext): boolean {
  if (cassandra.ms === 0) return false;
  return code === null || CODES[code].status < 500 || CODES[code].status === 504;
}
