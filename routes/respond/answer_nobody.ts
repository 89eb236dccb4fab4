/**
 * The answer to a request whose caller has left: only the log and the metrics see it.
 *
 * @module
 */
import type { Context } from "hono";
import type { AppEnv } from "../context.ts";

// Not a registered status, but known from the access logs of other servers. Nobody receives it.
const CLIENT_CLOSED_REQUEST = 499;

export function answerNobody(context: Context<AppEnv>): Response {
  context.get("request").completion = Promise.resolve(false);
  return new Response(null, { status: CLIENT_CLOSED_REQUEST });
}
