/**
 * The Fastify peer: what a good engineer writes by hand on Node with Fastify, its compiled schemas, pino,
 * fast-jwt, prom-client and cassandra-driver, with the features that the gateway has on these routes.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { PassThrough } from "node:stream";
import createFastify from "fastify";
import pino from "pino";
import prometheus from "prom-client";
import { createAuth } from "./auth.js";
import { createClient, Queries } from "./queries.js";
import * as schemas from "./schemas.js";

const NDJSON = "application/x-ndjson";
const { env } = process;

const durations = new prometheus.Histogram({
  name: "http_request_duration_seconds",
  help: "Time from a request's arrival to its answer",
  labelNames: ["method", "route", "status"],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

const client = createClient(env);
await client.connect();
const queries = new Queries(client);
const auth = createAuth({
  keySet: JSON.parse(await readFile(env.JWT_JWKS_FILE, "utf8")),
  issuer: env.OIDC_ISSUER,
  audience: env.OIDC_AUDIENCE,
});

const app = createFastify({
  // Lines are written in batches, off the way of requests.
  loggerInstance: pino(pino.destination({ dest: 1, sync: false, minLength: 4_096 })),
  disableRequestLogging: true,
  requestIdHeader: "x-request-id",
  genReqId: () => randomUUID(),
});
app.decorateRequest("claims", null);
app.addContentTypeParser(NDJSON, (_request, payload, done) => done(null, payload));

app.get("/readyz", () => ({ status: "ready" }));
app.get("/metrics", () => prometheus.register.metrics());

app.register((routes, _options, done) => {
  routes.addHook("onSend", (request, reply, _payload, next) => {
    reply.header("x-request-id", request.id);
    next();
  });
  routes.addHook("onResponse", (request, reply, next) => {
    const { method, claims } = request;
    const { url: route } = request.routeOptions;
    const status = reply.statusCode;
    durations.observe({ method, route, status }, reply.elapsedTime / 1_000);
    request.log.info({
      method,
      route,
      status,
      duration_ms: Math.round(reply.elapsedTime * 100) / 100,
      sub: claims?.sub,
    });
    next();
  });

  routes.get(
    "/stations/:station_id",
    { schema: schemas.getStation, onRequest: auth("stations:read") },
    async (request, reply) => {
      const row = await queries.station(request.claims.tenant, request.params.station_id);
      return row ?? reply.code(404).send({ status: 404 });
    },
  );

  routes.get(
    "/stations/:station_id/observations/:month",
    { schema: schemas.listObservations, onRequest: auth("observations:read") },
    ({ claims, params, query }) =>
      queries.observations([claims.tenant, params.station_id, params.month], query),
  );

  routes.get(
    "/stations/:station_id/observations",
    { schema: schemas.exportObservations, onRequest: auth("observations:read") },
    ({ claims, params, query }, reply) => {
      const output = new PassThrough();
      const range = { since: new Date(query.since), until: new Date(query.until) };
      queries.exportLines([claims.tenant, params.station_id], { ...range, output })
        .catch((error) => output.destroy(error));
      return reply.type(NDJSON).send(output);
    },
  );

  routes.post(
    "/stations/:station_id/observations",
    {
      schema: {
        ...schemas.recordObservation,
        body: { content: { "application/json": { schema: schemas.newObservation } } },
      },
      bodyLimit: 2 ** 40,
      onRequest: auth("observations:write"),
    },
    async (request, reply) => {
      const key = [request.claims.tenant, request.params.station_id];
      if (request.headers["content-type"] === NDJSON) {
        const check = request.compileValidationSchema(schemas.newObservation);
        return { summary: await queries.importLines(key, { body: request.body, check }) };
      }
      await queries.insert(key, request.body);
      return reply.code(201).send();
    },
  );
  done();
});

process.once("SIGTERM", async () => {
  await app.close();
  await client.shutdown();
});
await app.listen({ host: env.HOST, port: Number(env.PORT) });
