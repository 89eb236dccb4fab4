/**
 * A value of every type, written and read through the functions that @hey-api/openapi-ts makes.
 *
 * @module
 */
import { client } from "./client/client.gen.ts";
import { getTypes, writeTypes } from "./client/sdk.gen.ts";
import type { PlaceInput } from "./client/types.gen.ts";

export async function run(baseUrl: string) {
  client.setConfig({ baseUrl });
  const place: PlaceInput = {
    city: "Reykjavík",
    zip: "9007199254740993",
    at: [64.25, null],
  };
  const embedding: number[] = [0.5, -1, 0];
  const { error } = await writeTypes({
    body: {
      id: 1,
      a_ascii: "a",
      a_bigint: "9007199254740993",
      a_blob: "AQID",
      a_boolean: true,
      a_date: "2010-01-31",
      a_decimal: "12.50",
      a_double: "-Infinity",
      a_duration: "P1DT2H",
      a_float: 0.5,
      a_inet: "127.0.0.1",
      a_int: 1,
      a_smallint: 2,
      a_text: "t",
      a_time: "10:15:30.123456789",
      a_timestamp: new Date("2010-01-31T23:30:00.5Z").toISOString(),
      a_timeuuid: "50554d6e-29bb-11e5-b345-feff819cdc9f",
      a_tinyint: 3,
      a_uuid: "6f1c1a52-2c0e-4a0b-9a57-0d5b8b6d2f10",
      a_varint: "123456789012345678901234567890",
      a_list: [1, 2],
      a_set: ["x", "y"],
      a_map: { a: "1.50" },
      a_tuple: ["a", null],
      a_place: place,
      places: [place],
      places_by_name: { home: place },
      a_vector: embedding,
    },
  });
  if (error) throw new Error(JSON.stringify(error));
  const { data } = await getTypes({ path: { id: 1 } });
  if (data === undefined) throw new Error("Cannot read what was written");
  const zip: string | null | undefined = data.a_place?.zip;
  const label: string | number | null | undefined = data.a_tuple?.[0];
  return { row: data, zip, label, second: Number(data.a_vector?.[1]) };
}
