/**
 * What Cassandra refuses or fails at once it runs a statement: the caller is told as much of the reason as
 * is about the caller's own values, and blamed for nothing else.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { describeCause } from "../../observe/log/describe_cause.ts";
import { startOwnNode } from "../support/cassandra/own_node.ts";
import { NDJSON, parseReport } from "../support/clients/bulk_client.ts";
import { eventually } from "../support/eventually.ts";
import { problemOf } from "../support/harness.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE marks (owner text, id int, divisor int, name text, list list<int>, PRIMARY KEY (owner, id));
CREATE FUNCTION shout (text text) CALLED ON NULL INPUT RETURNS text LANGUAGE java
  AS 'return text.toUpperCase();';
CREATE FUNCTION refuse (text text) CALLED ON NULL INPUT RETURNS text LANGUAGE java
  AS 'throw new IllegalStateException(text);';
`,
  queries: `
-- name: change_mark :exec
-- @route PUT /marks/{owner}/{id}/list/{place}
-- @public
UPDATE marks SET list[:place] = :value WHERE owner = :owner AND id = :id;

-- name: add_json :exec
-- @route POST /marks
-- @public
INSERT INTO marks JSON :document;

-- name: set_list :exec
-- @route PUT /marks/{owner}/{id}/list
-- @public
-- @bulk
UPDATE marks SET list = fromJson(:list) WHERE owner = :owner AND id = :id;

-- name: loud_names :many
-- @route GET /names/{owner}
-- @public
SELECT id, shout(name) AS name FROM marks WHERE owner = :owner;

-- name: refused_owners :many
-- @route GET /refused/{owner}
-- @public
SELECT id, refuse(owner) AS owner FROM marks WHERE owner = :owner;

-- name: quotients :many
-- @route GET /quotients/{owner}
-- @public
SELECT id, id / divisor AS quotient FROM marks WHERE owner = :owner;

-- name: hide_owners :many
-- @route GET /owners/{owner}
-- @public
SELECT id, mask_inner(owner, 1, 2, 'ab') AS owner FROM marks WHERE owner = :owner;

-- name: pad_names :many
-- @route GET /padded/{owner}
-- @public
SELECT id, mask_inner(owner, 0, 0, :padding) AS owner FROM marks WHERE owner = :owner;

-- name: add_constant :exec
-- @route POST /constants
-- @public
INSERT INTO marks (owner, id, divisor) VALUES (:owner, :id, 1 + fromJson('"x"'));

-- name: divide :exec
-- @route POST /divisions
-- @public
-- @bulk
INSERT INTO marks (owner, id, divisor) VALUES (:owner, :id, (int) 100 / (int) :parts);
`,
};

let service: OwnService;
const stack = new AsyncDisposableStack();
before(async () => {
  const { node } = stack.use(
    await startOwnNode(),
  );
  service = stack.use(
    await startOwnService(CQL, { env: { CASSANDRA_CONTACT_POINTS: node.contactPoint } }),
  );
  await service.client.execute(
    "INSERT INTO marks (owner, id, divisor, list) VALUES ('o', 1, 0, [7, 8])",
  );
});
after(() => stack.disposeAsync());

/** The problem's code and detail. */
async function refusal(path: string, json?: unknown, method = "POST"): Promise<[string, string]> {
  const response = await service.request(path, json === undefined ? {} : { method, json });
  const { code, detail } = await problemOf(response);
  expect(detail).not.toMatch(/marks|divisor|java|size|shout/i);
  return [code, detail];
}

describe("values that Cassandra refuses", () => {
  it("are told by the index of a list that has no such element", async () => {
    expect(await refusal("/marks/o/1/list/5", { value: 1 }, "PUT")).toEqual([
      "invalid_input",
      "Cassandra does not accept these values: the list has no element at index 5",
    ]);
    expect(await refusal("/marks/o/2/list/0", { value: 1 }, "PUT")).toEqual([
      "invalid_input",
      "Cassandra does not accept these values: the list has no elements, so none can be set or removed",
    ]);
  });

  it("are told by the member of JSON that is not a column", async () => {
    expect(await refusal("/marks", { document: '{"owner":"o","id":3,"nobody":1}' })).toEqual([
      "invalid_input",
      'Cassandra does not accept these values: the JSON has a member "nobody" that is not a column',
    ]);
  });
});

describe("JSON for a column", () => {
  it("is refused as a value where it does not fit, and not as a mistake of the query", async () => {
    expect(await refusal("/marks/o/4/list", { list: "[1," }, "PUT")).toEqual([
      "invalid_input",
      "Cassandra does not accept these values: a text is not JSON",
    ]);
    expect(await refusal("/marks/o/4/list", { list: '["one"]' }, "PUT")).toEqual([
      "invalid_input",
      "Cassandra does not accept these values: the JSON does not fit its column",
    ]);
  });

  it("fails its line of a bulk request alone", async () => {
    const body = ["[1]", "{}", "[2]"].map((list) => JSON.stringify({ list })).join("\n");
    const headers = { "content-type": NDJSON };
    const response = await service.request("/marks/o/5/list", { method: "PUT", body, headers });
    const { failures, summary } = parseReport(await response.text());
    expect(failures.map(({ line, code }) => [line, code])).toEqual([[2, "invalid_input"]]);
    expect(summary).toEqual({ read: 3, written: 2, failed: 1 });
  });
});

describe("a function that fails", () => {
  it("is in the log with the class of its exception, and without what it says", async () => {
    await service.client.execute("INSERT INTO marks (owner, id) VALUES ('s3cret', 1)");
    const before = service.observations.length;
    expect((await refusal("/refused/s3cret"))[0]).toBe("function_failed");
    const causes = await eventually("the request is in the log", () => {
      const since = service.observations.slice(before);
      const found = since.flatMap((each) => each.kind === "request" ? [each.cause] : []);
      return found.length > 0 && found;
    });
    const told = causes.map(describeCause).join();
    expect(told).toMatch(
      /java\.lang\.IllegalStateException in function \w+\.refuse \(values left out/,
    );
    expect(told).not.toContain("s3cret");
  });

  it("is a mistake of the query where nothing is bound to it", async () => {
    for (const [path, json] of [["/owners/o"], ["/constants", { owner: "o", id: 6 }]] as const) {
      expect((await refusal(path, json))[0]).toBe("function_failed");
    }
  });

  it("is a refusal of values where something is bound to it", async () => {
    expect((await refusal("/padded/o?padding=ab"))[0]).toBe("invalid_input");
  });

  it("is not a failure of replicas: of a user, on what is stored", async () => {
    const [code, detail] = await refusal("/names/o");
    expect(code).toBe("function_failed");
    expect(detail).toMatch(/^A function or an operation of the query failed/);
  });

  it("is not a failure of replicas: a division by what is stored", async () => {
    expect((await refusal("/quotients/o"))[0]).toBe("function_failed");
  });

  it("writes nothing, and stops no other line of a bulk request", async () => {
    expect(await refusal("/divisions", { owner: "d", id: 1, parts: 0 })).toEqual([
      "invalid_input",
      "Cassandra does not accept these values: the query cannot calculate with them, as in a division by zero",
    ]);
    const lines = [1, 0, 5].map((parts, id) => JSON.stringify({ owner: "d", id, parts })).join(
      "\n",
    );
    const headers = { "content-type": NDJSON };
    const response = await service.request("/divisions", { method: "POST", body: lines, headers });
    const { failures, summary } = parseReport(await response.text());
    expect(failures.map(({ line, code }) => [line, code])).toEqual([[2, "invalid_input"]]);
    expect(summary).toEqual({ read: 3, written: 2, failed: 1 });
    const { rows } = await service.client.execute(
      "SELECT id, divisor FROM marks WHERE owner = 'd'",
    );
    expect(rows.map(({ id, divisor }) => [id, divisor])).toEqual([[0, 100], [2, 20]]);
  });
});
