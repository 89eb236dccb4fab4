import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { JsonWriter } from "../../../codec/json/json_writer.ts";
import { runAtOnce, type RunSteps } from "../../../runtime/steps.ts";
import { compileRowReader } from "../../../db/prepare/rows/read_rows.ts";
import type { UnreadRows } from "../../../db/run/unread_rows.ts";
import { encodeAtOnce, encodeInSteps, encodeRows, type RowsText } from "./encode_rows.ts";

/** A text, by its id in the native protocol. */
const reader = compileRowReader([{ name: "note", type: { code: 0x000d, info: null } }]);

function rowsOf(notes: readonly string[]): UnreadRows {
  const cells = notes.flatMap((note) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(Buffer.byteLength(note));
    return [length, Buffer.from(note)];
  });
  const body = Buffer.concat(cells);
  return { raw: { length: notes.length, body, offset: 0, end: body.length }, reader };
}

function textOf(parts: readonly UnreadRows[]): RowsText {
  return { parts, layout: "elements", before: '{"items":[', after: "]}" };
}

const decode = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString();
const expected = (notes: readonly string[]) =>
  JSON.stringify({ items: notes.map((note) => ({ note })) });

const FEW = ["a", "é", '"'];
const MANY = Array.from({ length: 5_000 }, (_, index) => `${index} ${"é".repeat(index % 50)}`);

describe("encodeRows()", () => {
  for (
    const [what, parts] of [
      ["no part", []],
      ["empty parts", [[], []]],
      ["rows of one part", [FEW]],
      ["rows between empty parts", [[], FEW, [], FEW, []]],
      ["many rows", [FEW, MANY, [], MANY]],
    ] as const
  ) {
    it(`gives the text of ${what}, between what stands around it`, async () => {
      const text = textOf(parts.map(rowsOf));
      const chunks = await encodeRows(text, { scratch: new JsonWriter(), run: runAtOnce });
      expect(decode(chunks)).toBe(expected(parts.flat()));
      const { value } = await finished(encodeInSteps(text));
      expect(decode(value)).toBe(expected(parts.flat()));
    });
  }

  it("makes chunks that are a whole piece each, but for the last", async () => {
    const text = textOf([rowsOf(MANY)]);
    const { value: chunks, steps } = await finished(encodeInSteps(text));
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBe(64 * 1024);
    expect(chunks.at(-1)!.length).toBeLessThan(64 * 1024);
    expect(steps).toBeGreaterThan(chunks.length);
  });

  it("keeps answers apart that are made side by side", async () => {
    const scratch = new JsonWriter();
    const letters = ["a", "b", "c"];
    const large = letters.map((letter) => MANY.map((note) => `${letter} ${note}`));
    const texts = await Promise.all(
      large.map((notes) => encodeRows(textOf([rowsOf(notes)]), { scratch, run: runWithPauses })),
    );
    expect(texts.map(decode)).toEqual(large.map(expected));
  });
});

describe("encodeAtOnce()", () => {
  it("may be called again before the runtime has sent the answer", async () => {
    const scratch = new JsonWriter();
    const responses = ["a", "b", "c"].map((letter) => {
      encodeAtOnce(textOf([rowsOf([letter.repeat(30_000)])]), scratch);
      return new Response(scratch.view());
    });
    const texts = await Promise.all(responses.map((response) => response.text()));
    expect(texts).toEqual(["a", "b", "c"].map((letter) => expected([letter.repeat(30_000)])));
  });
});

/** Lets others have their turn after each step. */
const runWithPauses: RunSteps = async (steps) => {
  for (let step = steps.next();; step = steps.next()) {
    if (step.done) return step.value;
    await null;
  }
};

async function finished<T>(work: Generator<void, T, void>): Promise<{ value: T; steps: number }> {
  let steps = 0;
  const value = await runAtOnce((function* () {
    for (let step = work.next();; step = work.next()) {
      if (step.done) return step.value;
      steps++;
      yield;
    }
  })());
  return { value, steps };
}
