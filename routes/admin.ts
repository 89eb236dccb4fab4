/**
 * The operator's own port: metrics, and nothing that a client should reach.
 *
 * @module
 */
import { Hono } from "hono";
import type { Metrics } from "../observe/metrics.ts";
import type { App } from "./app.ts";
import { WholeResponses } from "./middleware/head.ts";
import { type SecureHeaders, securityHeaders } from "./middleware/security_headers.ts";

export function createAdmin(metrics: Metrics, secure: SecureHeaders): App {
  const admin = new Hono();
  const responses = new WholeResponses();
  admin.use(responses.keep(), securityHeaders(secure));
  admin.get("/metrics", async (context) =>
    context.body(await metrics.render(), 200, {
      "content-type": metrics.contentType,
    }));
  admin.notFound((context) => context.text("Only /metrics is here\n", 404));
  return { fetch: responses.fetchFrom(admin) };
}
