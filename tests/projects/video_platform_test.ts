/**
 * A second example, `tests/projects/video_platform/`, used through generated clients as an application
 * would, and then compared with what the driver reads.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { startSigningService } from "../support/auth/token_signer.ts";
import { GENERATORS, runClient } from "../support/clients/generated_clients.ts";
import type { TestService } from "../support/harness.ts";

const PROJECT = "tests/projects/video_platform";
const USER_ID = "6f1c1a52-2c0e-4a0b-9a57-0d5b8b6d2f10";
const SCOPE = "users:read users:write videos:read videos:write videos:curate";

/** What each program finds, in the words of the API. */
const FOUND = {
  registered: [201, "string"],
  taken: [409, "not_applied", { email: "ana@example.org" }],
  malformed: [422, "/body/email"],
  profile: 200,
  address: { street: "Elm Street", city: null, floor: "9007199254740993" },
  others: { work: { street: null, city: "Reykjavík", floor: null } },
  replaced: ["Ana B.", null, null],
  added: [201, 201, 201],
  location: true,
  repeated: [201, true],
  renamed: true,
  video: [
    "The film",
    "film",
    "9007199254740993",
    "2.50",
    ["classic", "slow"],
    [1, 0, 0, 0],
    null,
  ],
  nothing: [404, "not_found"],
  tagged: [true],
  words: ["Three", "Two", "One"],
  ofUser: ["Three", "Two", "One"],
  rating: ["2", "9"],
  latest: ["Some music", "A like film", "A film"],
  ownVideos: [0, 1, 2],
  similar: [["A like film", true], ["Some music", false]],
};

/** What the driver finds after a program. */
async function expectStored({ client }: TestService): Promise<void> {
  const read = async (cql: string, values: unknown[] = []) =>
    (await client.execute(cql, values, { prepare: true })).rows;
  const [credentials] = await read("SELECT * FROM credentials");
  expect([credentials!.email, credentials!.password_hash]).toEqual([
    "ana@example.org",
    "h".repeat(60),
  ]);
  const [user] = await read("SELECT * FROM users WHERE user_id = ?", [USER_ID]);
  expect([user!.name, user!.address, user!.others]).toEqual(["Ana B.", null, null]);

  // One id in all three tables, with the same time and in the partition of its day.
  const videos = await read("SELECT * FROM videos");
  expect(videos.map(({ title }) => title).sort()).toEqual([
    "A like film",
    "Some music",
    "The film",
  ]);
  for (const { video_id, user_id, added_at } of videos) {
    expect(String(user_id)).toBe(USER_ID);
    const [ofUser] = await read(
      "SELECT * FROM user_videos WHERE user_id = ? AND added_at = ? AND video_id = ?",
      [user_id, added_at, video_id],
    );
    const [ofDay] = await read(
      "SELECT * FROM latest_videos WHERE day = ? AND added_at = ? AND video_id = ?",
      [added_at.toISOString().slice(0, 10), added_at, video_id],
    );
    expect(ofUser!.title).toBe(ofDay!.title);
  }
  const film = videos.find(({ title }) => title === "The film")!;
  expect([String(film.size_bytes), String(film.rental_fee), [...film.features], film.tags])
    .toEqual(["9007199254740993", "2.50", [1, 0, 0, 0], ["classic", "slow"]]);

  const ofVideo = await read("SELECT * FROM comments_by_video WHERE video_id = ?", [film.video_id]);
  const ofUser = await read("SELECT * FROM comments_by_user WHERE user_id = ?", [USER_ID]);
  const ids = (rows: typeof ofVideo) => rows.map(({ comment_id }) => String(comment_id));
  expect(ids(ofVideo)).toEqual(ids(ofUser));
  expect(ofVideo.map(({ words }) => words)).toEqual(["Three", "Two", "One"]);
  const [sum] = await read("SELECT * FROM video_ratings WHERE video_id = ?", [film.video_id]);
  expect([String(sum!.rating_count), String(sum!.rating_total)]).toEqual(["2", "9"]);
  const [own] = await read("SELECT rating FROM ratings_by_user WHERE user_id = ?", [USER_ID]);
  expect(own!.rating).toBe(5);
}

describe("A video platform", () => {
  for (const generator of GENERATORS.filter(({ name }) => name !== "@hey-api/openapi-ts")) {
    it(`is used through a client of ${generator.name}, and the driver agrees`, async () => {
      await using service = await startSigningService({
        cqlDir: PROJECT,
        env: { IDEMPOTENCY_SECRET: crypto.getRandomValues(new Uint8Array(32)).toBase64() },
      });
      const document = await (await service.request("/openapi.json", { user: null })).text();
      const token = await service.sign(service.claims({ sub: USER_ID, scope: SCOPE }));
      const args = [service.url, token];
      expect(await runClient(generator, { program: "video_platform", document, args }))
        .toEqual(FOUND);
      await expectStored(service);
    });
  }
});
