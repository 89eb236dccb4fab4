import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { ticksOfMs } from "../generate/uuid.ts";
import { deriveSeed, type KeyedRequest } from "./derived_seeds.ts";

const SECRET = new Uint8Array(32).fill(7);
const FACTS: KeyedRequest = {
  issuer: "https://login.example.com",
  subject: "alice",
  query: "add_video",
  key: "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
  ticks: ticksOfMs(Date.UTC(2022, 1, 22, 19, 22, 22)),
};
const VALUES = { name: Buffer.from("Cats"), rating: null, note: undefined };

const idOf = (
  facts: Partial<KeyedRequest> = {},
  input: Partial<Parameters<typeof deriveSeed>[2]> = {},
  secret = SECRET,
) =>
  deriveSeed(secret, { ...FACTS, ...facts }, { values: VALUES, line: 0, ...input }).uuid("id")
    .toString("hex");

describe("deriveSeed()", () => {
  it("gives what every release gives, so that a retry may reach another", () => {
    const seed = deriveSeed(SECRET, FACTS, { values: VALUES, line: 0 });
    expect(seed.uuid("video_id").toString("hex")).toBe("325b8114098a48c8b52b861c38447e48");
    expect(seed.timeuuid("version").toString("hex")).toBe("c232ab00941411eca745595d78f0f434");
    expect(new Date(seed.ms).toISOString()).toBe("2022-02-22T19:22:22.000Z");
  });

  it("gives each parameter an id of its own, and always the same", () => {
    const seed = deriveSeed(SECRET, FACTS, { values: VALUES, line: 0 });
    expect(seed.uuid("a")).toEqual(seed.uuid("a"));
    expect(seed.uuid("a")).not.toEqual(seed.uuid("b"));
  });

  it("does not depend on the order of the values", () => {
    const { name, rating, note } = VALUES;
    expect(idOf({}, { values: { rating, note, name } })).toBe(idOf());
  });

  it("gives lines times in their order", () => {
    const [first, second] = [1, 2].map((line) =>
      deriveSeed(SECRET, FACTS, { values: VALUES, line }).timeuuid("id").readUInt32BE()
    );
    expect(second! - first!).toBe(1);
  });

  for (
    const [what, other] of [
      ["secret", idOf({}, {}, new Uint8Array(32))],
      ["issuer", idOf({ issuer: "https://other.example.com" })],
      ["subject", idOf({ subject: "bob" })],
      ["query", idOf({ query: "add_other_video" })],
      ["key", idOf({ key: "other" })],
      ["line", idOf({}, { line: 1 })],
      ["value", idOf({}, { values: { ...VALUES, name: Buffer.from("cats") } })],
      ["null in place of nothing", idOf({}, { values: { ...VALUES, note: null } })],
      ["nothing in place of null", idOf({}, { values: { ...VALUES, rating: undefined } })],
      ["empty value in place of null", idOf({}, { values: { ...VALUES, rating: Buffer.of() } })],
      ["boundary between parts", idOf({ subject: "aliceadd_", query: "video" })],
      ["boundary between values", idOf({}, { values: { nam: Buffer.from("eCats"), ...VALUES } })],
    ] as const
  ) {
    it(`gives another id for another ${what}`, () => expect(other).not.toBe(idOf()));
  }

  it("gives each subject and issuer ids of its own, even if they are not well-formed", () => {
    const names = [
      "\ud800",
      "\ud801",
      "\udc00",
      "\ufffd",
      "\ud83d\ude00",
      "\u{1f600}\ud800",
      '"\\ud800"',
    ];
    const ids = names.flatMap((name) => [idOf({ subject: name }), idOf({ issuer: name })]);
    expect(new Set(ids).size).toBe(2 * names.length);
  });
});
