import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { Buffer } from "node:buffer";
import {
  createTestKeyspace,
  type TestKeyspace,
} from "../../../tests/support/cassandra/keyspace.ts";
import { isBadJson, isOfFunction, tellRefusal } from "./refused_values.ts";

const { types } = cassandra;
const UNSET = types.unset;
const LONG = "x".repeat(65_536);
const UPDATE_LIST = "UPDATE secrets SET list[?] = ? WHERE owner = 'full' AND id = 'a'";
const INSERT = "INSERT INTO secrets (owner, id, number) VALUES (?, ?, ?)";
const INSERT_TTL = "INSERT INTO secrets (owner, id, number) VALUES ('o', 'i', 1) USING TTL ?";

const CASES: readonly [what: string, cql: string, values: unknown[], told: string][] = [
  ["an empty key", INSERT, ["", "i", 1], "a key is empty"],
  ["a long key", INSERT, [LONG, "i", 1], "a key is longer than 65535 bytes"],
  ["a long clustering column", INSERT, ["o", LONG, 1], "a key is longer than 65535 bytes"],
  ["an index past the end", UPDATE_LIST, [5, 1], "the list has no element at index 5"],
  ["a negative index", UPDATE_LIST, [-1, 1], "the list has no element at index -1"],
  [
    "an index of a list that is not there",
    UPDATE_LIST.replace("full", "empty"),
    [0, 1],
    "the list has no elements, so none can be set or removed",
  ],
  [
    "the removal of an element that is not there",
    "DELETE list[?] FROM secrets WHERE owner = 'empty' AND id = 'a'",
    [0],
    "the list has no elements, so none can be set or removed",
  ],
  [
    "JSON with an unknown member",
    "INSERT INTO secrets JSON ?",
    ['{"owner": "o", "id": "i", "nobody": 1}'],
    'the JSON has a member "nobody" that is not a column',
  ],
  [
    "JSON with a very long member",
    "INSERT INTO secrets JSON ?",
    [JSON.stringify({ owner: "o", id: "i", ["m".repeat(5000)]: 1 })],
    `the JSON has a member "${"m".repeat(100)}…" that is not a column`,
  ],
  [
    "JSON with a value of another type",
    "INSERT INTO secrets JSON ?",
    ['{"owner": "o", "id": "i", "number": "swordfish"}'],
    'the member "number" of the JSON does not fit its column',
  ],
  ["JSON that is a list", "INSERT INTO secrets JSON ?", ["[1]"], "the JSON is not an object"],
  ["half of JSON", "INSERT INTO secrets JSON ?", ['{"owner":'], "the JSON is not an object"],
  ["JSON null", "INSERT INTO secrets JSON ?", ["null"], "the JSON is null, and not an object"],
  [
    "JSON without a part of the key",
    "INSERT INTO secrets JSON ?",
    ['{"owner": "o"}'],
    "a value that the statement needs is missing or null, such as a part of a key",
  ],
  [
    "a part of the key that is null",
    INSERT,
    ["o", null, 1],
    "a value that the statement needs is missing or null, such as a part of a key",
  ],
  [
    "an index that is not set",
    UPDATE_LIST,
    [UNSET, 1],
    "a value that the statement needs is missing or null, such as a part of a key",
  ],
  [
    "a member of a collection that is null",
    "SELECT * FROM secrets WHERE owner = 'o' AND list CONTAINS ? ALLOW FILTERING",
    [null],
    "a value that the statement needs is missing or null, such as a part of a key",
  ],
  [
    "a condition that compares with null",
    "UPDATE secrets SET number = 1 WHERE owner = 'o' AND id = 'i' IF number > ?",
    [null],
    "a value that the statement needs is missing or null, such as a part of a key",
  ],
  ["a negative time to live", INSERT_TTL, [-1], "a time to live is negative"],
  [
    "a time to live beyond its maximum",
    INSERT_TTL,
    [630_720_001],
    "a time to live is longer than 630720000 seconds",
  ],
  [
    "a time to live beyond what can be stored",
    INSERT_TTL,
    [630_720_000],
    "a time to live ends after 2038, which is as far as Cassandra can store",
  ],
  [
    "a time of the write that means none",
    INSERT_TTL.replace("TTL", "TIMESTAMP"),
    [types.Long.MIN_VALUE],
    "the time of the write is out of range",
  ],
  ["a limit of nothing", "SELECT * FROM secrets LIMIT ?", [0], "a limit is less than 1"],
  [
    "a limit of nothing for each partition",
    "SELECT * FROM secrets PER PARTITION LIMIT ?",
    [0],
    "a limit is less than 1",
  ],
  [
    "more neighbours than are searched for",
    "SELECT id FROM places ORDER BY place ANN OF ? LIMIT ?",
    [new types.Vector([1, 1]), 5000],
    "the limit of a search for the nearest vectors is more than 1000",
  ],
  [
    "more bytes than a request may have",
    "UPDATE secrets SET filling = ? WHERE owner = 'o' AND id = 'i'",
    [Buffer.alloc(17_000_000)],
    "the values are larger than the cluster accepts at once",
  ],
  [
    "more bytes than a write may have",
    "UPDATE secrets SET filling = ? WHERE owner = 'o' AND id = 'i'",
    // Half of a segment of the commit log is the most.
    [Buffer.alloc(9_000_000)],
    "the values are larger than the cluster accepts at once",
  ],
];

/** Arguments of `fromJson()`: to a node the function fails, whatever it is that does not fit. */
const BAD_JSON: readonly [what: string, json: string, told: string][] = [
  ["text that is not JSON", "swordfish", "a text is not JSON"],
  ["half of JSON", "[7,", "a text is not JSON"],
  ["no text", "", "a text is not JSON"],
  ["JSON of another type", '{"swordfish": 1}', "the JSON does not fit its column"],
  ["JSON with an element of another type", '["swordfish"]', "the JSON does not fit its column"],
  ["JSON with an element that is null", "[null]", "the JSON does not fit its column"],
];

/** Of a table with a row: what a node says when it works the function out. */
const FUNCTIONS: readonly [selected: string, code: number][] = [
  ["blob_as_int(0x01)", types.responseErrorCodes.invalid],
  ["floor((timestamp) '2020-01-01', -1h)", types.responseErrorCodes.invalid],
  ["floor((timestamp) '2020-01-01', 1ns)", types.responseErrorCodes.invalid],
  ["floor((timestamp) '2020-01-01', 1h, '2030-01-01')", types.responseErrorCodes.invalid],
  ["floor((date) '2020-01-01', 1h)", types.responseErrorCodes.invalid],
  ["floor((time) '01:00:00', 2d)", types.responseErrorCodes.invalid],
  ["mask_inner(owner, 1, 2, 'ab')", types.responseErrorCodes.invalid],
  ["mask_hash(owner, 'NOPE')", types.responseErrorCodes.invalid],
  ["similarity_cosine([1.0, 2.0], [0.0, 0.0])", types.responseErrorCodes.invalid],
];

describe("tellRefusal()", () => {
  let keyspace: TestKeyspace;
  before(async () => {
    keyspace = await createTestKeyspace([
      `CREATE TABLE secrets (
        owner text, id text, number int, list list<int>, filling blob, PRIMARY KEY (owner, id)
      )`,
      "CREATE TABLE places (id int PRIMARY KEY, place vector<float, 2>)",
      "CREATE INDEX places_by_place ON places (place) USING 'sai'",
      "INSERT INTO secrets (owner, id, list) VALUES ('full', 'a', [7, 8, 9])",
    ]);
  });
  after(() => keyspace[Symbol.asyncDispose]());

  for (const [what, cql, values, told] of CASES) {
    it(`says in other words what a node says about ${what}`, async () => {
      const error = await keyspace.client.execute(cql, values, { prepare: true })
        .then(() => null, (error) => error);
      expect(error?.code).toBe(types.responseErrorCodes.invalid);
      const detail = tellRefusal(error.message);
      expect(detail).toBe(`Cassandra does not accept these values: ${told}`);
      expect(detail).not.toMatch(/secrets|owner|size 3|swordfish|jackson|test_/);
    });
  }

  for (const [what, json, told] of BAD_JSON) {
    it(`says in other words what a node says about ${what} in fromJson()`, async () => {
      const cql = "UPDATE secrets SET list = fromJson(?) WHERE owner = 'o' AND id = 'i'";
      const error = await keyspace.client.execute(cql, [json], { prepare: true })
        .then(() => null, (error) => error);
      expect(error?.code).toBe(types.responseErrorCodes.functionFailure);
      expect(isBadJson(error.message)).toBe(true);
      expect(tellRefusal(error.message)).toBe(`Cassandra does not accept these values: ${told}`);
    });
  }

  for (const [selected, code] of FUNCTIONS) {
    it(`knows whom a node complains of in ${selected}`, async () => {
      const cql = `SELECT ${selected} FROM secrets WHERE owner = 'full'`;
      const error = await keyspace.client.execute(cql, [], { prepare: true })
        .then(() => null, (error) => error);
      expect([error?.code, isOfFunction(error?.message)]).toEqual([code, true]);
    });
  }

  it("repeats nothing of a message that is not known", () => {
    expect(tellRefusal("Something about ks.secrets and its column owner")).toBe(
      "Cassandra does not accept these values: compare them with what the route's description says, and report it if they fit",
    );
    expect(tellRefusal("Guardrail items_per_collection violated: ks.secrets.list has 7")).toBe(
      "Cassandra does not accept these values: they go beyond a limit that the cluster sets",
    );
  });
});
