/**
 * What the Fastify peer takes and answers: requests are checked and answers written by code that is compiled
 * from these.
 *
 * @module
 */

const number = { type: "number" };
const instant = { type: "string", format: "date-time" };
const stationId = { type: "string", minLength: 1, maxLength: 200 };

const stationKey = {
  type: "object",
  required: ["station_id"],
  properties: { station_id: stationId },
};

const observation = {
  type: "object",
  properties: { observed_at: instant, temperature: number, pressure: number, wind: number },
};

export const newObservation = {
  ...observation,
  required: ["observed_at", "temperature", "pressure", "wind"],
  additionalProperties: false,
};

export const getStation = {
  params: stationKey,
  response: {
    200: {
      type: "object",
      properties: {
        station_id: stationId,
        name: { type: "string" },
        elevation: number,
        latitude: number,
        longitude: number,
      },
    },
  },
};

export const listObservations = {
  params: {
    type: "object",
    required: ["station_id", "month"],
    properties: {
      station_id: stationId,
      month: { type: "string", pattern: "^[0-9]{4}-(0[1-9]|1[0-2])$" },
    },
  },
  querystring: {
    type: "object",
    properties: {
      limit: { type: "integer", minimum: 1, maximum: 1_000, default: 500 },
      cursor: { type: "string", pattern: "^([0-9a-f]{2})+$" },
    },
  },
  response: {
    200: {
      type: "object",
      properties: {
        items: { type: "array", items: observation },
        next_cursor: { type: "string" },
      },
    },
  },
};

export const exportObservations = {
  params: stationKey,
  querystring: {
    type: "object",
    required: ["since", "until"],
    properties: { since: instant, until: instant },
  },
};

export const recordObservation = { params: stationKey, body: newObservation };
