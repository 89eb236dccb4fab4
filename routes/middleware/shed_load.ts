/**
 * Lets a request of a route in while there is room for it, or refuses it, and gives it a share of the event loop for
 * its work and its output. What turns out to last as long as its caller likes gives its slot up for a slot of another
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
import type { Leave } from "../load/slots.ts";
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
      const slot = admission.enter(caller, request);
      return slot instanceof Promise ? slot.catch(refuse) : slot;
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
  function admit(context: Context<AppEnv>, caller: string, slot: Admitted): void {
    const request = context.get("request");
    const timed = request.cassandra.request;
    if (timed !== null) timed.slot = slot;
    slot.timed = timed;
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
      slot.leave();
    };
    const countUnread: RequestContext["countUnread"] = (amount) => {
      if (leaveStream !== null) return;
      leaveStream = streams.answer.takeIfFree({ route: routeOf(context), caller, amount });
      if (leaveStream !== null) slot.leave();
    };
    const leaveSlot = () => {
      slot.leave();
      leaveStream?.();
    };
    request.slot = slot;
    request.run = run;
    request.takeWriteSlot = takeWriteSlot;
    request.readInTurn = readInTurn;
    request.pageShare = load.pageShare;
    request.holdStream = holdStream;
    request.countUnread = countUnread;
    request.leaveSlot = leaveSlot;
  }

  return {
    name: "shedLoad",
    enter(context) {
      const caller = context.get("request").identity?.caller ?? addressOf(context);
      const slot = take(caller, context.req.raw);
      if (!(slot instanceof Promise)) return admit(context, caller, slot);
      const since = performance.now();
      return slot.then((admitted) => {
        noteWait(context, performance.now() - since);
        admit(context, caller, admitted);
      });
    },
    leave(context) {
      const request = context.get("request");
      refusals.noteAnswer();
      // It found no slot when its body had come in.
      if (request.code === "too_busy") load.noteRefusal("too_busy");
      if (limit !== null && !request.holdsStream && isTelling(request)) {
        limit.note({
          route: routeOf(context),
          waitedMs: request.cassandra.ms,
          inFlight: admission.served,
          now: performance.now(),
        });
      }
      // What goes on after its headers keeps its slot until it ends.
      if (request.completion === null) request.leaveSlot();
      else request.completion.then(request.leaveSlot);
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
  if (cassandra.ms === 0 || cassandra.request?.slot?.hasSteppedAside) return false;
  return code === null || CODES[code].status < 500 || CODES[code].status === 504;
}
