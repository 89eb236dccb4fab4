import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { upload } from "../support/clients/bulk_client.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";

const CQL = {
  migration: `
CREATE TYPE place (town text, street text);
CREATE TABLE notes (id int PRIMARY KEY, tags map<text, int>, home frozen<place>, note text);
`,
  queries: `
-- name: create_note :exec
-- @route POST /notes
-- @public
INSERT INTO notes (id, tags, home, note) VALUES (:id, :tags, :home, :note);

-- name: load_notes :exec
-- @route POST /load
-- @public
-- @bulk
INSERT INTO notes (id, tags, home, note) VALUES (:id, :tags, :home, :note);
`,
};

/** Makes a body longer than what `JSON.parse` reads at once. */
const LONG = "x".repeat(20_000);

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({ cqlDir: EXAMPLE, cql: CQL });
});
after(() => service?.[Symbol.asyncDispose]());

function post(path: string, body: string): Promise<Response> {
  return service.request(path, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
}

async function storedIds(): Promise<number[]> {
  const { rows } = await service.client.execute("SELECT id FROM notes");
  return rows.map((row) => row["id"]).sort((a, b) => a - b);
}

describe("A member that an object names twice", () => {
  const CASES: [string, string, string][] = [
    ["in the body", '"id":2', "/body/id"],
    ["with an escape in its name", String.raw`"\u0069d":1`, "/body/id"],
    ["as a key of a map", '"tags":{"a":1,"b":2,"a":1}', "/body/tags/a"],
    ["as a field of a type", '"home":{"town":"Bern","town":null}', "/body/home/town"],
    ["with a slash in its name", '"tags":{"a/b":1,"a/b":1}', "/body/tags/a~1b"],
  ];
  for (const [where, members, pointer] of CASES) {
    for (const [size, note] of [["small", "x"], ["large", LONG]]) {
      it(`${where} is refused in a ${size} body`, async () => {
        const response = await post("/notes", `{"id":1,"note":"${note}",${members}}`);
        const { status, code, errors } = await problemOf(response);
        expect([status, code]).toEqual([400, "malformed_request"]);
        expect(errors).toEqual([{ pointer, detail: "Expected the member once" }]);
        expect(await storedIds()).toEqual([]);
      });
    }
  }

  it("is refused in an array of inputs", async () => {
    const problem = await problemOf(await post("/load", '[{"id":1},{"id":2,"id":3}]'));
    expect([problem.code, problem.errors?.[0]?.pointer]).toEqual([
      "malformed_request",
      "/body/1/id",
    ]);
    expect(await storedIds()).toEqual([]);
  });

  it("fails its line alone, short or long", async () => {
    const lines = [
      '{"id":11,"tags":{"a":1},"home":{"town":"Bern"},"note":"x"}',
      '{"id":12,"tags":{"a":1,"\\u0061":2}}',
      `{"id":13,"note":"${LONG}","id":14}`,
      '{"id":15,"home":{"town":"Bern"},"note":"\\"id\\":1","tags":{"id":1,"note":2}}',
    ];
    const { failures, summary } = await upload(service, "/load", { body: lines.join("\n") });
    expect(summary).toEqual({ read: 4, written: 2, failed: 2 });
    expect(failures.map(({ line, code, errors }) => [line, code, errors?.[0]?.pointer])).toEqual([
      [2, "malformed_request", "/body/tags/a"],
      [3, "malformed_request", "/body/id"],
    ]);
    expect(await storedIds()).toEqual([11, 15]);
  });
});
