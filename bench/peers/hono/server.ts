/**
 * The Hono peer: what a good engineer writes by hand on Deno with Hono, zod, jose, prom-client and
 * cassandra-driver, with the features that the gateway has on these routes.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import { type AuthEnv, createAuth } from "./auth.ts";
import { exportLines, importLines } from "./bulk.ts";
import { metrics, observe } from "./observability.ts";
import { createClient, Queries } from "./queries.ts";

const NDJSON = "application/x-ndjson";

const StationKey = z.object({ station_id: z.string().min(1).max(200) });
const MonthKey = StationKey.extend({ month: z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/) });
const Page = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
  cursor: z.string().regex(/^(?:[0-9a-f]{2})+$/).optional(),
});
const Range = z.object({
  since: z.iso.datetime().transform((text) => new Date(text)),
  until: z.iso.datetime().transform((text) => new Date(text)),
});
const NewObservation = z.strictObject({
  observed_at: z.iso.datetime(),
  temperature: z.number(),
  pressure: z.number(),
  wind: z.number(),
});

const env = Deno.env.toObject();
const client = createClient(env);
await client.connect();
const queries = new Queries(client);
const auth = createAuth({
  keySet: JSON.parse(await Deno.readTextFile(env.JWT_JWKS_FILE!)),
  issuer: env.OIDC_ISSUER!,
  audience: env.OIDC_AUDIENCE!,
});

const app = new Hono<AuthEnv>();
app.get("/readyz", (context) => context.json({ status: "ready" }));
app.get("/metrics", async (context) => context.text(await metrics.metrics()));
app.use(observe());
app.onError((error, context) => {
  if (error instanceof HTTPException) return problem(context, error.status);
  if (error instanceof z.ZodError) return problem(context, 400, { errors: error.issues });
  console.error(error);
  return problem(context, 500);
});

app.get("/stations/:station_id", auth("stations:read"), async (context) => {
  const { station_id } = StationKey.parse(context.req.param());
  const row = await queries.station(context.get("tenant"), station_id);
  if (row === null) throw new HTTPException(404);
  return context.json(row);
});

app.get(
  "/stations/:station_id/observations/:month",
  auth("observations:read"),
  async (context) => {
    const { station_id, month } = MonthKey.parse(context.req.param());
    const { limit, cursor } = Page.parse(context.req.query());
    const key = [context.get("tenant"), station_id, month] as const;
    return context.json(await queries.observations(key, { limit, cursor }));
  },
);

app.get("/stations/:station_id/observations", auth("observations:read"), (context) => {
  const { station_id } = StationKey.parse(context.req.param());
  const range = Range.parse(context.req.query());
  const key = [context.get("tenant"), station_id] as const;
  return context.body(exportLines(range, { queries, key }), 200, { "content-type": NDJSON });
});

app.post("/stations/:station_id/observations", auth("observations:write"), async (context) => {
  const { station_id } = StationKey.parse(context.req.param());
  const key = [context.get("tenant"), station_id] as const;
  if (context.req.header("content-type") === NDJSON) {
    const parse = (line: string) => NewObservation.parse(JSON.parse(line));
    const summary = await importLines(context.req.raw.body!, { queries, key, parse });
    return context.json({ summary });
  }
  await queries.insert(key, NewObservation.parse(await context.req.json()));
  return context.body(null, 201);
});

function problem(context: Context, status: HTTPException["status"], details: object = {}) {
  return context.json({ status, ...details }, status, {
    "content-type": "application/problem+json",
  });
}

Deno.serve({ hostname: env.HOST!, port: Number(env.PORT), onListen: () => {} }, app.fetch);
