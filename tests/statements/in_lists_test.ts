/**
 * What Cassandra can restrict a list of rows by, over HTTP: lists behind `IN`, lists of tuples, and slices
 * of several clustering columns. Compared with a plain filter of the rows.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { problemOf } from "../support/harness.ts";
import { type OwnService, readPages, startOwnService, succeed } from "../support/own_service.ts";

const MIGRATION = `
CREATE TABLE songs (artist text, album int, track int, side int, title text,
  PRIMARY KEY ((artist, album), track, side));
`;

const QUERIES = `
-- name: add_songs :exec
-- @route POST /songs
-- @public
-- @bulk
INSERT INTO songs (artist, album, track, side, title)
VALUES (:artist, :album, :track, :side, :title);

-- name: songs_of_albums :many
-- @route GET /artists/{artist}/songs
-- @public
-- @param albums in query max=20
SELECT album, track, side FROM songs WHERE artist = :artist AND album IN :albums;

-- name: songs_of_albums_or_none :many
-- @route GET /artists/{artist}/chosen
-- @public
-- @param albums in query default=[] max=20
SELECT album, track, side FROM songs WHERE artist = :artist AND album IN :albums;

-- name: songs_at :many
-- @route GET /artists/{artist}/albums/{album}/places
-- @public
-- @param places in query max=20
SELECT album, track, side FROM songs
 WHERE artist = :artist AND album = :album AND (track, side) IN :places;

-- name: songs_after :many
-- @route GET /artists/{artist}/albums/{album}/after
-- @public
SELECT album, track, side FROM songs
 WHERE artist = :artist AND album = :album AND (track, side) > (:track, :side);

-- name: songs_between :many
-- @route GET /artists/{artist}/albums/{album}/between
-- @public
SELECT album, track, side FROM songs
 WHERE artist = :artist AND album = :album AND (track, side) > :first AND (track) <= (:last);
`;

interface Song {
  readonly album: number;
  readonly track: number;
  readonly side: number;
}

const SONGS: readonly Song[] = [0, 1, 2, 3].flatMap((album) =>
  [0, 1, 2, 3, 4].flatMap((track) => [0, 1, 2].map((side) => ({ album, track, side })))
);

const sorted = (songs: readonly Song[]) => songs.map((song) => JSON.stringify(song)).sort();

describe("what rows are restricted by", () => {
  let service: OwnService;
  before(async () => {
    service = await startOwnService({ migration: MIGRATION, queries: QUERIES });
    await succeed(service.request("/songs", {
      method: "POST",
      body: SONGS.map((song) => `${JSON.stringify({ artist: "ann", title: "t", ...song })}\n`)
        .join(""),
      headers: { "content-type": "application/x-ndjson" },
      user: null,
    }));
  });
  after(() => service?.[Symbol.asyncDispose]());

  const CASES: readonly (readonly [path: string, (song: Song) => boolean])[] = [
    ["songs?albums=2", ({ album }) => album === 2],
    ["songs?albums=3&albums=0", ({ album }) => album === 3 || album === 0],
    ["songs?albums=1&albums=1", ({ album }) => album === 1],
    ["songs?albums=9", () => false],
    ["chosen?albums=1&albums=2", ({ album }) => album === 1 || album === 2],
    // An empty list is a list of nothing, not of everything.
    ["chosen?", () => false],
    [
      "albums/1/places?places=[0,1]&places=[4,2]&places=[9,9]",
      ({ album, track, side }) =>
        album === 1 && (track === 0 && side === 1 || track === 4 && side === 2),
    ],
    [
      "albums/1/after?track=2&side=1",
      ({ album, track, side }) => album === 1 && (track > 2 || track === 2 && side > 1),
    ],
    ["albums/1/after?track=4&side=2", () => false],
    [
      "albums/2/between?first=[1,1]&last=3",
      ({ album, track, side }) =>
        album === 2 && (track > 1 || track === 1 && side > 1) && track <= 3,
    ],
  ];
  for (const [path, isMeant] of CASES) {
    it(`gives the rows of ${path}, in pages of any size`, async () => {
      for (const limit of [1000, 4]) {
        const url = encodeURI(`/artists/ann/${path}&limit=${limit}`);
        const pages = await readPages<Song>(service, url);
        expect(sorted(pages.flat())).toEqual(sorted(SONGS.filter(isMeant)));
      }
    });
  }

  const REFUSED = [
    "songs",
    `songs?${"albums=1&".repeat(21)}`,
    "songs?albums=x",
    "albums/1/places?places=[1]",
    "albums/1/places?places=[1,null]",
    "albums/1/between?first=[1,null]&last=3",
  ];
  for (const path of REFUSED) {
    it(`refuses ${path.slice(0, 40)}`, async () => {
      const problem = await problemOf(
        await service.request(encodeURI(`/artists/ann/${path}`), { user: null }),
      );
      expect([problem.status, problem.code]).toEqual([422, "invalid_input"]);
    });
  }
});
