/**
 * Pages of rows to which a function of the project is applied that has the name of one of Cassandra's aggregates.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type OwnService, readPages, startOwnService, succeed } from "../support/own_service.ts";

const PLAYERS = 5;

const CQL = {
  migration: `
CREATE TABLE players (team text, number int, scores frozen<list<int>>, PRIMARY KEY ((team), number));
CREATE FUNCTION sum (scores list<int>) RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE java
  AS 'int sum = 0; for (Integer score : scores) sum += score; return sum;';
`,
  queries: `
-- name: add_player :exec
-- @route PUT /teams/{team}/players/{number}
-- @public
INSERT INTO players (team, number, scores) VALUES (:team, :number, :scores);

-- name: list_scores :many
-- @route GET /teams/{team}/scores
-- @public
SELECT number, sum(scores) AS score FROM players WHERE team = :team;

-- name: list_cached_scores :many
-- @route GET /teams/{team}/cached-scores
-- @public
-- @cache ttl=60s
SELECT number, sum(scores) AS score FROM players WHERE team = :team;
`,
};

describe("Pages of a function that has the name of an aggregate", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService(CQL);
    for (let number = 0; number < PLAYERS; number++) {
      await succeed(service.request(`/teams/a/players/${number}`, {
        method: "PUT",
        user: null,
        json: { scores: [number, 10] },
      }));
    }
  });
  after(() => service?.[Symbol.asyncDispose]());

  for (const route of ["scores", "cached-scores"]) {
    it(`have no more rows than were asked for at /${route}`, async () => {
      const pages = await readPages<{ number: number; score: number }>(
        service,
        `/teams/a/${route}?limit=2`,
      );
      expect(pages.map((page) => page.map(({ score }) => score))).toEqual([
        [10, 11],
        [12, 13],
        [14],
      ]);
    });
  }
});
