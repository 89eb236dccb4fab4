/**
 * `GET /stations/{station_id}/summary/{month}`: what no single query can say, made from two queries. A
 * pattern for other hand-written routes.
 *
 * @module
 */
import { codecFor, defineRoute, orNull, parseBucketName, ServiceError, z } from "cqlgate";

// As in every answer: "NaN" and the infinities are strings.
const double = codecFor({ kind: "double" }).output;

function measured(unit: string, example: number) {
  return double.meta({ ...double.meta(), description: unit, example });
}

const celsius = measured("Degrees Celsius", 4.2);

const summarySchema = z.object({
  month: z.string().openapi({ example: "2010-01" }),
  observations: z.int().openapi({
    description: "How many of them have a temperature",
    example: 744,
  }),
  temperature: z.object({ min: celsius, mean: celsius, max: celsius }),
  latest: z.object({
    observed_at: z.string().openapi({ format: "date-time", example: "2010-01-31T23:00:00.000Z" }),
    temperature: orNull(celsius),
    pressure: orNull(measured("Hectopascal", 1016.2)),
    wind: orNull(measured("Metres per second", 3.4)),
  }),
}).openapi("StationSummary");

export default defineRoute({
  method: "get",
  path: "/stations/{station_id}/summary/{month}",
  operationId: "summarise_station",
  tags: ["observations"],
  summary: "A month of a station in a few numbers.",
  access: { kind: "scopes", anyOf: [["observations:read"]] },
  queries: ["summarise_month", "latest_observation"],
  request: {
    params: z.object({
      station_id: z.string().openapi({ example: "sea-tac" }),
      month: z.string().refine((name) => parseBucketName(name, "month") !== null, {
        error: 'Expected a month, such as "2010-01"',
      }).openapi({ example: "2010-01" }),
    }),
    query: z.strictObject({}),
  },
  responses: {
    200: {
      description: "The summary",
      content: { "application/json": { schema: summarySchema } },
    },
  },
}, async (context, queries) => {
  const { station_id, month } = context.req.valid("param");
  const key = { station_id, month };
  const [totals, latest] = await Promise.all([
    queries.one("summarise_month", key),
    queries.oneOrNull("latest_observation", key),
  ]);
  if (latest === null || totals.observations === "0") {
    throw new ServiceError("not_found", `Station "${station_id}" has no temperatures in ${month}`);
  }
  const summary = summarySchema.parse({
    month,
    observations: Number(totals.observations),
    temperature: {
      min: totals.min_temperature,
      mean: totals.mean_temperature,
      max: totals.max_temperature,
    },
    latest,
  });
  return context.json(summary, 200);
});
