import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { piecesOf, readWhole } from "./whole_body.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

describe("readWhole()", () => {
  const WHOLE: Readonly<Record<string, [Response, string]>> = {
    "text": [new Response("é".repeat(100_000)), "é".repeat(100_000)],
    "JSON": [Response.json({ a: 1 }), '{"a":1}'],
    "bytes": [new Response(bytes("x".repeat(200_000))), "x".repeat(200_000)],
    "nothing": [new Response(""), ""],
  };
  for (const [what, [response, expected]] of Object.entries(WHOLE)) {
    it(`has all of a body of ${what} at once`, async () => {
      const body = await readWhole(response.body!);
      if (body.kind !== "whole") throw new Error("It is taken for a stream");
      expect(text(body.bytes)).toBe(expected);
    });
  }

  async function* soon(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const part of ["a", "b", "c"]) yield await Promise.resolve(bytes(part));
  }
  async function* late(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const part of ["a", "b", "c"]) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      yield bytes(part);
    }
  }
  const parts = () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (const part of ["a", "b", "c"]) controller.enqueue(bytes(part));
        controller.close();
      },
    });
  const STREAMS: Readonly<Record<string, () => BodyInit>> = {
    "comes at once": parts,
    "comes soon": () => ReadableStream.from(soon()),
    "comes late": () => ReadableStream.from(late()),
    "goes through others": () =>
      parts().pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream()),
  };
  for (const [what, make] of Object.entries(STREAMS)) {
    it(`has every byte of a stream that ${what}, in order`, async () => {
      const body = await readWhole(new Response(make()).body!);
      if (body.kind !== "stream") throw new Error("It is taken for whole");
      const pieces = { [Symbol.asyncIterator]: () => body.pieces };
      expect((await Array.fromAsync(pieces, text)).join("")).toBe("abc");
    });
  }

  it("does not wait for a stream that has yet to begin, and cancels it where nobody takes it", async () => {
    let reason: unknown = "not cancelled";
    const silent = new ReadableStream<Uint8Array<ArrayBuffer>>({
      cancel(given) {
        reason = given;
      },
    });
    const body = await readWhole(new Response(silent).body!);
    if (body.kind !== "stream") throw new Error("It is taken for whole");
    const waiting = body.pieces.next();
    await body.pieces.return!();
    expect((await waiting).done).toBe(true);
    expect(reason).toBeUndefined();
  });

  it("throws what a stream fails with where it fails", async () => {
    async function* failing(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      yield bytes("a");
      await new Promise((resolve) => setTimeout(resolve, 1));
      throw new Error("It broke");
    }
    const body = await readWhole(new Response(ReadableStream.from(failing())).body!);
    if (body.kind !== "stream") throw new Error("It is taken for whole");
    expect(text((await body.pieces.next()).value!)).toBe("a");
    await expect(body.pieces.next()).rejects.toThrow("It broke");
  });
});

describe("piecesOf()", () => {
  it("refuses a piece that is not bytes, and cancels the stream", async () => {
    let reason: unknown = null;
    const texts = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes("a"));
        controller.enqueue("b");
      },
      cancel(given) {
        reason = given;
      },
    });
    const pieces = piecesOf(texts);
    expect(text((await pieces.next()).value!)).toBe("a");
    const refusal = await pieces.next().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TypeError);
    expect(String(refusal)).toContain('a piece of type "string"');
    expect(reason).toBe(refusal);
  });
});
