/**
 * Refuses what operators have switched off: a query, a write while the service is read-only, or a caller.
 * It runs once the caller is known, and before a quota is taken from.
 *
 * @module
 */
import type { Context } from "hono";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv, Identity } from "../context.ts";
import type { PipelineStep } from "../step.ts";
import { isCallerOff } from "./caller_switch.ts";
import type { Control } from "./control_file.ts";
import type { ControlState } from "./control_state.ts";

/** A query, or a hand-written route, and who asks for it. */
export interface Switchable {
  readonly name: string;
  readonly writes: boolean;
  /** Null on public routes. */
  readonly identity: Identity | null;
}

/** A route, and the names of what its requests may be for. */
export interface SwitchableRoute {
  /** Whether its queries write: either all queries of a route do, or none. */
  readonly writes: boolean;
  readonly limits: { select(context: Context<AppEnv>): { readonly of: string } };
}

/** No steps without a control file. */
export function refuseSwitchedOff(
  control: Control | null,
  { writes, limits }: SwitchableRoute,
): PipelineStep[] {
  if (control === null) return [];
  return [{
    name: "refuseSwitchedOff",
    enter(context) {
      const { state } = control;
      const request = context.get("request");
      const { identity } = request;
      const subject = { name: limits.select(context).of, writes, identity };
      assertOn(state, subject);
      // An upload that goes on for long hears of it, too.
      const obstacle = () => obstacleTo(control.state, subject)?.detail ?? null;
      request.obstacle = obstacle;
    },
  }];
}

/** @throws {ServiceError} `caller_off`, `query_off` or `read_only` */
export function assertOn(state: ControlState, subject: Switchable): void {
  const obstacle = obstacleTo(state, subject);
  if (obstacle !== null) throw obstacle;
}

function obstacleTo(
  state: ControlState,
  { name, writes, identity }: Switchable,
): ServiceError | null {
  if (identity !== null && isCallerOff(state, identity)) {
    return refusal("caller_off", "This client or tenant is switched off: ask the operator", state);
  }
  if (state.queries.has(name)) {
    return refusal("query_off", "This operation is switched off for now: retry later", state);
  }
  if (writes && state.readOnly) {
    return refusal("read_only", "Writes are switched off for now: retry later", state);
  }
  return null;
}

function refusal(
  code: "query_off" | "read_only" | "caller_off",
  detail: string,
  { message }: ControlState,
): ServiceError {
  return new ServiceError(code, message === null ? detail : `${detail}. ${message}`);
}
