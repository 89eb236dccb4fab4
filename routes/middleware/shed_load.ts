/**
 * Lets a request of a route in while there is room for it, or refuses it, and gives it a share of the event loop for
 * its work and its output. What turns out to last as long as its caller likes gives its place up for a place of another
 * budget. It runs after authentication, because each caller has a share: callers are known by issuer and subject, and on
 * public routes by address.
 *
 * @module
 */
import type { Context } from "hono";
import { CallerLeft } from "../../errors/caller_left.ts";
import { CODES } from "../../errors/codes.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv, RequestContext } from "../context.ts";
import type { AddressReader } from "../load/client_address.ts";
import type { Admitted } from "../load/admission.ts";
import type { Load } from "../load/load.ts";
import type { Leave } from "../load/places.ts";
import type { PipelineStep } from "../step.ts";

export interface ShedLoadOptions {
  readonly load: Load;
  readonly addressOf: AddressReader;
}

export function shedLoad({ load, addressOf }: ShedLoadOptions): PipelineStep {
  const { admission, refusals, limit, streams, pageTurns, slices, slots } = load;
  const routeOf = createRouteNames();

  /** Counts a refusal. */
  function counted(error: unknown): unknown {
    if (error instanceof ServiceError) load.noteRefusal(error.code);
    return error;
  }

  function take(caller: string, request: Request): Admitted | Promise<Admitted> {
    try {
      const place = admission.enter(caller, request);
      return place instanceof Promise ? place.catch(refuse) : place;
    } catch (error) {
      return refuse(error);
    }
  }

  /** Refuses a request, now or when its time has come; at once where nobody waits for that. */
  function refuse(error: unknown): Promise<never> {
    if (error instanceof CallerLeft) throw error;
    const reason = counted(error);
    const held = refusals.hold();
    if (held === null) throw reason;
    return held.then(() => {
      throw reason;
    });
  }

  /** Gives a request what it needs while it is served. */
  function admit(context: Context<AppEnv>, caller: string, place: Admitted): void {
    const request = context.get("request");
    const timed = request.cassandra.request;
    if (timed !== null) timed.place = place;
    place.timed = timed;
    let leaveStream: Leave | null = null;
    // Each function has a name before it is assigned, so that it is made young.
    const run: RequestContext["run"] = (steps) => slices.run(caller, steps);
    const takeWriteSlot = () => slots.take(caller);
    const readInTurn: RequestContext["readInTurn"] = (read) =>
      pageTurns.run(caller, read, context.req.raw);
    const holdStream: RequestContext["holdStream"] = (kind, amount = 1) => {
      if (leaveStream !== null) return;
      try {
        leaveStream = streams[kind].take({ route: routeOf(context), caller, amount });
      } catch (error) {
        throw counted(error);
      }
      request.holdsStream = true;
      // Each page or line has the whole time.
      noteWait(context, 0);
      place.leave();
    };
    const countUnread: RequestContext["countUnread"] = (amount) => {
      if (leaveStream !== null) return;
      leaveStream = streams.answer.takeIfFree({ route: routeOf(context), caller, amount });
      if (leaveStream !== null) place.leave();
    };
    const leavePlace = () => {
      place.leave();
      leaveStream?.();
    };
    request.place = place;
    request.run = run;
    request.takeWriteSlot = takeWriteSlot;
    request.readInTurn = readInTurn;
    request.pageShare = load.pageShare;
    request.holdStream = holdStream;
    request.countUnread = countUnread;
    request.leavePlace = leavePlace;
  }

  return {
    name: "shedLoad",
    enter(context) {
      const caller = context.get("request").identity?.caller ?? addressOf(context);
      const place = take(caller, context.req.raw);
      if (!(place instanceof Promise)) return admit(context, caller, place);
      const since = performance.now();
      return place.then((admitted) => {
        noteWait(context, performance.now() - since);
        admit(context, caller, admitted);
      });
    },
    leave(context) {
      const request = context.get("request");
      refusals.noteAnswer();
      // It found no place when its body had come in.
      if (request.code === "too_busy") load.noteRefusal("too_busy");
      if (limit !== null && !request.holdsStream && isTelling(request)) {
        limit.note({
          route: routeOf(context),
          waitedMs: request.cassandra.ms,
          inFlight: admission.served,
          now: performance.now(),
        });
      }
      // What goes on after its headers keeps its place until it ends.
      if (request.completion === null) request.leavePlace();
      else request.completion.then(request.leavePlace);
    },
  };
}

/** Says how long a request waited until it was let in first. */
function noteWait(context: Context<AppEnv>, queuedMs: number): void {
  const timed = context.get("request").cassandra.request;
  if (timed !== null) timed.queuedMs = queuedMs;
}

/** The method and template of a request's route: one text for all of its requests, as a new one would be hashed again. */
function createRouteNames(): (context: Context<AppEnv>) => string {
  let last = { method: "", route: "", name: "" };
  return (context) => {
    const { method } = context.req;
    const { route } = context.get("request");
    if (last.method !== method || last.route !== route) {
      last = { method, route, name: `${method} ${route}` };
    }
    return last.name;
  };
}

/** Whether its time says how busy Cassandra and this process are: a failure may be fast for any reason. */
function isTelling({ cassandra, code }: RequestContext): boolean {
  // A read that waited for the statement of another one says how many read the same.
  if (cassandra.ms === 0 || cassandra.request?.place?.hasSteppedAside) return false;
  return code === null || CODES[code].status < 500 || CODES[code].status === 504;
}
