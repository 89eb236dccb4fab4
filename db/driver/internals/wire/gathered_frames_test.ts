import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { RawRows } from "../driver_types.ts";
import { gatheredFrame, releaseBody } from "./gathered_frames.ts";

const LARGE = 100_000;

function rowsIn(body: Buffer): RawRows {
  return { length: 1, body, offset: 0, end: body.length };
}

describe("releaseBody()", () => {
  it("gives back a large frame that was gathered", () => {
    const body = gatheredFrame(LARGE);
    releaseBody(rowsIn(body));
    expect(body.buffer.detached).toBe(true);
  });

  it("leaves rows that several requests have", () => {
    const body = gatheredFrame(LARGE);
    releaseBody({ ...rowsIn(body), texts: new Map() });
    expect(body.length).toBe(LARGE);
  });

  it("leaves a small frame, which shares its buffer", () => {
    const body = gatheredFrame(100);
    releaseBody(rowsIn(body));
    expect(body.length).toBe(100);
  });

  it("leaves a chunk, which may have other answers in it", () => {
    const body = Buffer.alloc(LARGE);
    releaseBody(rowsIn(body));
    expect(body.length).toBe(LARGE);
  });
});
