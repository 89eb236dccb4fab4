import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { createCursorBox, type CursorBinding } from "./seal_cursor.ts";

const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);
const STATE = Buffer.from("the paging state of a partition");
const BINDING: CursorBinding = {
  query: "list_observations",
  statement: "SELECT 1",
  values: [Buffer.from("acme"), null, undefined],
  caller: "writer",
};

describe("createCursorBox()", () => {
  const box = createCursorBox([KEY]);

  it("opens what it sealed", () => {
    expect(box.open(box.seal(STATE, BINDING), BINDING)).toEqual(STATE);
  });

  it("seals the same state differently each time, and in characters of a URL", () => {
    const cursor = box.seal(STATE, BINDING);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(box.seal(STATE, BINDING)).not.toBe(cursor);
  });

  const others: [what: string, binding: CursorBinding][] = [
    ["query", { ...BINDING, query: "list_stations" }],
    ["statement", { ...BINDING, statement: "SELECT 2" }],
    ["caller", { ...BINDING, caller: "reader" }],
    ["value", { ...BINDING, values: [Buffer.from("globex"), null, undefined] }],
    ["null for unset", { ...BINDING, values: [Buffer.from("acme"), undefined, undefined] }],
    ["split of the same bytes", { ...BINDING, query: "list_observationsS", statement: "ELECT 1" }],
  ];
  for (const [what, binding] of others) {
    it(`refuses a cursor of another ${what}`, () => {
      expect(() => box.open(box.seal(STATE, BINDING), binding)).toThrow(
        "does not belong to this request",
      );
    });
  }

  it("hides how long a position is, where it has to", () => {
    const hidesLength = true;
    const lengths = [0, 1, 30, 120, 255].map((length) => {
      const position = Buffer.alloc(length, 0x80);
      const cursor = box.seal(position, BINDING, { hidesLength });
      expect(box.open(cursor, BINDING)).toEqual(position);
      return cursor.length;
    });
    expect(new Set(lengths).size).toBe(1);
    const longest = box.seal(Buffer.alloc(1_279), BINDING, { hidesLength });
    expect(longest.length).toBeLessThan(2_000);
    for (const ending of ["00", "80", "8000", "0080"]) {
      const position = Buffer.concat([Buffer.alloc(300, 1), Buffer.from(ending, "hex")]);
      expect(box.open(box.seal(position, BINDING, { hidesLength }), BINDING)).toEqual(position);
    }
  });

  it("takes no version of a cursor for the other", () => {
    for (const hidesLength of [false, true]) {
      const bytes = Buffer.from(box.seal(STATE, BINDING, { hidesLength }), "base64url");
      bytes[0]! ^= 3;
      expect(() => box.open(bytes.toString("base64url"), BINDING)).toThrow("cursor");
    }
  });

  it("opens cursors of releases that had one version", () => {
    const cursor =
      "ASvCWRctQAwSKA_apNGOBxo5BvF92lC5yuvGFX4gbssJVoHTW3wJwQXE8atxhgVhQQHtv1x9qihqx27w";
    expect(box.open(cursor, BINDING)).toEqual(STATE);
  });

  it("gives a position the same name each time, and another position or request another", () => {
    const name = box.name(STATE, BINDING).toString("hex");
    expect(name).toMatch(/^[0-9a-f]{32}$/);
    expect(createCursorBox([KEY, OTHER_KEY]).name(STATE, BINDING).toString("hex")).toBe(name);
    const different = [
      box.name(Buffer.concat([STATE, Buffer.of(0)]), BINDING),
      createCursorBox([OTHER_KEY]).name(STATE, BINDING),
      ...others.map(([, binding]) => box.name(STATE, binding)),
    ].map((each) => each.toString("hex"));
    expect(new Set([name, ...different]).size).toBe(1 + different.length);
  });

  it("refuses a cursor whose bits or length were changed", () => {
    const bytes = Buffer.from(box.seal(STATE, BINDING), "base64url");
    for (let index = 0; index < bytes.length; index++) {
      const forged = Buffer.from(bytes);
      forged[index]! ^= 1;
      expect(() => box.open(forged.toString("base64url"), BINDING)).toThrow("cursor");
      const cut = bytes.subarray(0, index).toString("base64url");
      expect(() => box.open(cut, BINDING)).toThrow("cursor");
    }
  });

  it("refuses what is not base64url, or a raw paging state", () => {
    for (const cursor of ["", "%", "a b", `${box.seal(STATE, BINDING)}=`, STATE.toString("hex")]) {
      expect(() => box.open(cursor, BINDING)).toThrow("cursor");
    }
  });

  it("opens with the second key while keys are rotated, and seals with the first", () => {
    const rotated = createCursorBox([OTHER_KEY, KEY]);
    expect(rotated.open(box.seal(STATE, BINDING), BINDING)).toEqual(STATE);
    expect(() => box.open(rotated.seal(STATE, BINDING), BINDING)).toThrow("cursor");
  });
});
