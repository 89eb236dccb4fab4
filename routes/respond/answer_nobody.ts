/**
 * The answer to a request whose caller has left: only the log and the metrics see it.
 *
 * @module
 */
import type { Context } from "hono";
import { CLIENT_CLOSED_REQUEST } from "../../errors/caller_left.ts";
import type { AppEnv } from "../context.ts";

export function answerNobody(context: Context<AppEnv>): Response {
  context.get("request").completion = Promise.resolve(false);
  return new Response(null, { status: CLIENT_CLOSED_REQUEST });
}
