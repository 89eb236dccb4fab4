/**
 * Records refused requests in the audit log: every request that was refused access, and on routes that write or
 * whose reads are audited, every other refusal too. A request whose operation is recorded has its outcome there.
 *
 * @module
 */
import type { Access } from "../../catalog/query.ts";
import { CLIENT_CLOSED_REQUEST } from "../../errors/caller_left.ts";
import type { RequestContext } from "../context.ts";
import type { PipelineStep } from "../step.ts";
import type { Auditing } from "./record.ts";
import { requestFacts } from "./request_facts.ts";

/** The route that a request is refused by. */
export interface RefusingRoute {
  readonly access: Access;
  /** Whether it writes, or its reads are audited. */
  readonly isAudited: boolean;
}

/** How the API describes itself to callers with a token, and to anybody. */
export const ABOUT_CALLER: RefusingRoute = {
  access: { kind: "scopes", anyOf: [[]] },
  isAudited: false,
};
export const ABOUT_API: RefusingRoute = { access: { kind: "public" }, isAudited: false };

/** Statuses that refuse access: no valid token, not allowed, too many requests. */
const REFUSED_ACCESS = [401, 403, 429];

/** @param auditing null if nothing is put on record: then nothing is in the way of a request */
export function auditRefusals(
  { access, isAudited }: RefusingRoute,
  auditing: Auditing | null,
): PipelineStep[] {
  if (auditing === null) return [];
  const { log, addressOf } = auditing;
  const isScoped = access.kind === "scopes";
  /** Whether the caller was turned away before anybody knew who it is. */
  const isUnknown = ({ identity }: RequestContext) => isScoped && identity === null;
  return [{
    name: "auditRefusals",
    leave(context) {
      const { status } = context.res;
      // A caller who left was not refused; the access log has the request.
      if (status < 400 || status === CLIENT_CLOSED_REQUEST) return;
      const request = context.get("request");
      const hasNoAccess = REFUSED_ACCESS.includes(status) || isUnknown(request);
      if (!hasNoAccess && (!isAudited || request.isAudited)) return;
      log.refuse(
        { ...requestFacts(context, addressOf), status, code: request.code },
        // Refusals that callers can cause as often as they like, without any scope, are counted.
        { isCounted: request.identity === null || REFUSED_ACCESS.includes(status) },
      );
    },
  }];
}
