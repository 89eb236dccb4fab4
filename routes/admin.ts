/**
 * The admin port, which is only for operators: metrics and the state of the service.
 *
 * @module
 */
import { Hono } from "hono";
import type { HotSpots } from "../observe/hot/hot_spots.ts";
import type { Metrics } from "../observe/metrics/metrics.ts";
import { dropRuntimeSpan } from "../observe/runtime_spans.ts";
import type { Status } from "../observe/status.ts";
import { createAdminHosts } from "./admin_hosts.ts";
import type { App } from "./app.ts";
import { WholeResponses } from "./middleware/head.ts";
import { type SecureHeaders, securityHeaders } from "./middleware/security_headers.ts";
import { throughSteps } from "./through_steps.ts";

export interface AdminOptions {
  readonly metrics: Metrics;
  readonly status: Status;
  readonly hotSpots: Pick<HotSpots, "snapshot">;
  readonly secure: SecureHeaders;
  /** Names by which it may be called, in addition to names that nobody can register. */
  readonly allowedHosts: readonly string[];
  /** The settings in force, without secrets. */
  readonly settings: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly source: string;
  }[];
}

// RFC 9110, section 15.5.20.
const MISDIRECTED = 421;

export function createAdmin(
  { metrics, status, hotSpots, secure, allowedHosts, settings }: AdminOptions,
): App {
  const isAllowed = createAdminHosts(allowedHosts);
  const admin = new Hono();
  const responses = new WholeResponses();
  admin.use(throughSteps([responses.keep(), securityHeaders(secure)]));
  // What scrapes and probes ask every few seconds would be most of all spans.
  admin.use(async (_, next) => {
    dropRuntimeSpan();
    await next();
  });
  admin.use(async (context, next) => {
    const url = new URL(context.req.url);
    if (isAllowed(url)) return await next();
    const { hostname } = url;
    return context.text(
      `The admin port does not answer for the host "${hostname}": use an address, or list the name in ADMIN_ALLOWED_HOSTS\n`,
      MISDIRECTED,
    );
  });
  admin.get("/metrics", async (context) =>
    context.body(await metrics.render(), 200, {
      "content-type": metrics.contentType,
    }));
  admin.get("/readyz", (context) => {
    const snapshot = status.snapshot();
    const { status: state, reason } = snapshot;
    const isVerbose = context.req.query("verbose") !== undefined;
    return context.json(
      isVerbose ? { ...snapshot, settings } : { status: state, reason },
      state === "ready" ? 200 : 503,
      { "cache-control": "no-store" },
    );
  });
  admin.get(
    "/debug/hot",
    (context) => context.json(hotSpots.snapshot(), 200, { "cache-control": "no-store" }),
  );
  admin.notFound((context) =>
    context.text("Only /metrics, /readyz and /debug/hot are here\n", 404)
  );
  return { fetch: responses.fetchFrom(admin) };
}
