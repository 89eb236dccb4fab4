/**
 * Streams of a table that changes: a column that is gone is not taken for one without values.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";

const CQL = {
  migration: "CREATE TABLE notes (list text, id int, note text, PRIMARY KEY (list, id));",
  queries: `
-- name: list_notes :many
-- @route GET /notes/{list}
-- @public
SELECT * FROM notes WHERE list = :list;
`,
};

describe("a CSV of a table that loses a column", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  it("is refused until the routes are derived again, and then has one column less", async () => {
    await service.client.execute("INSERT INTO notes (list, id, note) VALUES ('a', 1, 'x')");
    const ask = async () => {
      const response = await service.request("/notes/a", { headers: { accept: "text/csv" } });
      return response.status === 200
        ? await response.text()
        : `${response.status} ${(await response.json()).code}`;
    };
    expect(await ask()).toBe("list,id,note\r\na,1,x\r\n");
    await service.client.execute("ALTER TABLE notes DROP note");
    const answers = new Set<string>();
    const last = "list,id\r\na,1\r\n";
    await eventually("the routes are derived again", async () => {
      const answer = await ask();
      answers.add(answer);
      return answer === last;
    });
    expect([...answers]).toEqual(["503 schema_changed", last]);
  });
});
