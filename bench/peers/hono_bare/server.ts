/**
 * The bare peer: Hono on Deno around cassandra-driver, and nothing else. It authenticates nobody, checks
 * nothing, and tells nobody. It is the cost of the framework and the driver alone.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { Hono } from "hono";

// The bare peer has no callers: all rows belong to this tenant.
const TENANT = "acme";

const env = Deno.env.toObject();
const client = new cassandra.Client({
  contactPoints: env.CASSANDRA_CONTACT_POINTS!.split(","),
  localDataCenter: env.CASSANDRA_LOCAL_DATACENTER!,
  keyspace: env.CASSANDRA_KEYSPACE!,
  queryOptions: {
    prepare: true,
    isIdempotent: true,
    consistency: cassandra.types.consistencies.localQuorum,
  },
});
await client.connect();

const app = new Hono();
app.get("/readyz", (context) => context.text("ready"));

app.get("/stations/:station_id", async (context) => {
  const result = await client.execute(
    `SELECT station_id, name, elevation, latitude, longitude FROM stations
      WHERE tenant_id = ? AND station_id = ?`,
    [TENANT, context.req.param("station_id")],
  );
  return context.json(result.first());
});

app.get("/stations/:station_id/observations/:month", async (context) => {
  const { station_id, month } = context.req.param();
  const { rows } = await client.execute(
    `SELECT observed_at, temperature, pressure, wind FROM observations
      WHERE tenant_id = ? AND station_id = ? AND month = ?`,
    [TENANT, station_id, month],
  );
  return context.json({ items: rows });
});

app.post("/stations/:station_id/observations", async (context) => {
  const { observed_at, temperature, pressure, wind } = await context.req.json();
  const key = [TENANT, context.req.param("station_id"), observed_at.slice(0, 7)];
  await client.execute(
    `INSERT INTO observations
      (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [...key, new Date(observed_at), temperature, pressure, wind],
  );
  return context.body(null, 201);
});

Deno.serve({ hostname: env.HOST!, port: Number(env.PORT), onListen: () => {} }, app.fetch);
