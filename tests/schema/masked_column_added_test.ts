/**
 * A masked column that a table gets while the service runs. A query that does not fit what its table has become stays as
 * it was, and its rows have the new column all the same.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnService, type Page, startOwnService, succeed } from "../support/own_service.ts";

const CQL = {
  migration: `
CREATE TABLE people (list text, name text, PRIMARY KEY (list, name));
CREATE TABLE members (list text, name text, PRIMARY KEY (list, name));
CREATE TABLE accounts (list text, iban text, PRIMARY KEY (list, iban));
`,
  queries: `
-- @mask iban unless payments

-- name: list_people :many
-- @route GET /people/{list}
-- @public
-- @row Person
SELECT * FROM people WHERE list = :list;

-- name: list_members :many
-- @route GET /members/{list}
-- @public
-- @row Person
SELECT list, name FROM members WHERE list = :list;

-- name: list_accounts :many
-- @route GET /accounts/{list}
-- @public
SELECT list, iban FROM accounts WHERE list = :list;
`,
};

describe("A masked column that is added to a table", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
  });
  after(() => service?.[Symbol.asyncDispose]());

  it("is hidden in the rows of a query that no longer fits, because its rows have another shape", async () => {
    await service.client.execute("ALTER TABLE people ADD iban text");
    await service.client.execute(
      "INSERT INTO people (list, name, iban) VALUES ('l', 'Ada', 'DE02120300000000202051')",
    );
    const { items } = await succeed<Page<unknown>>(
      service.request("/people/l", { user: null }),
    );
    expect(items).toEqual([{ list: "l", name: "Ada", iban: null }]);
  });
});
