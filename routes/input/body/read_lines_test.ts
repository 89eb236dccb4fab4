import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { runAtOnce, type Steps } from "../../../runtime/steps.ts";
import type { ServiceError } from "../../../errors/service_error.ts";
import { type Line, readLines, textOfLine } from "./read_lines.ts";

const LIMITS = { maxBytes: 10, run: runAtOnce };
const encoder = new TextEncoder();

/** Lines as `3: text`, or as `3! code`. */
async function linesOf(chunks: Iterable<string | Uint8Array<ArrayBuffer>>): Promise<string[]> {
  const bytes = [...chunks].map((each) => typeof each === "string" ? encoder.encode(each) : each);
  const lines: string[] = [];
  for await (const block of readLines(ReadableStream.from(bytes), LIMITS)) {
    // Lines are valid until the next block.
    lines.push(...block.map(describeLine));
  }
  return lines;
}

function describeLine(each: Line): string {
  try {
    if ("error" in each) throw each.error;
    return `${each.line}: ${textOfLine(each.text, each.line)}`;
  } catch (error) {
    return `${each.line}! ${(error as ServiceError).code}`;
  }
}

/** Each byte in a chunk of its own. */
function* scattered(chunks: readonly (string | number[])[]): Generator<Uint8Array<ArrayBuffer>> {
  for (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    for (const byte of bytes) yield Uint8Array.of(byte);
  }
}

describe("readLines()", () => {
  const cases: { name: string; chunks: (string | number[])[]; lines: string[] }[] = [
    { name: "nothing", chunks: [], lines: [] },
    { name: "an empty chunk", chunks: [""], lines: [] },
    { name: "one line", chunks: ["a\n"], lines: ["1: a"] },
    { name: "a last line without newline", chunks: ["a\nb"], lines: ["1: a", "2: b"] },
    { name: "blank lines", chunks: ["\n\na\n\n"], lines: ["1: ", "2: ", "3: a", "4: "] },
    { name: "a line over three chunks", chunks: ["a", "b", "c\nd\n"], lines: ["1: abc", "2: d"] },
    { name: "a newline of its own", chunks: ["a", "\n", "b\n"], lines: ["1: a", "2: b"] },
    { name: "carriage returns, kept", chunks: ["a\r\nb\r\n"], lines: ["1: a\r", "2: b\r"] },
    { name: "a line as long as it may be", chunks: ["0123456789\n"], lines: ["1: 0123456789"] },
    {
      name: "a line too long",
      chunks: ["0123456789x\nb\n"],
      lines: ["1! body_too_large", "2: b"],
    },
    {
      name: "a line too long inside a chunk",
      chunks: ["a\n0123456789x\nb\n"],
      lines: ["1: a", "2! body_too_large", "3: b"],
    },
    {
      name: "a line too long over many chunks",
      chunks: ["a\n012345", "6789", "012345", "6789\n", "b"],
      lines: ["1: a", "2! body_too_large", "3: b"],
    },
    {
      name: "a last line too long",
      chunks: ["a\n0123456789x"],
      lines: ["1: a", "2! body_too_large"],
    },
    {
      name: "a line that is not UTF-8 among others",
      chunks: ["a\n", [0xc3, 0x28, 0x0a], "b\n"],
      lines: ["1: a", "2! malformed_request", "3: b"],
    },
    {
      name: "a line that is not UTF-8 in the middle of a chunk",
      chunks: [[0x61, 0x0a, 0xff, 0x0a, 0x62, 0x0a]],
      lines: ["1: a", "2! malformed_request", "3: b"],
    },
    {
      name: "a character over two chunks",
      chunks: [[0xc3], [0xb1, 0x0a]],
      lines: ["1: ñ"],
    },
    {
      name: "a byte order mark, at the beginning only",
      chunks: ["\uFEFFa\n\uFEFFb\n"],
      lines: ["1: a", "2: \uFEFFb"],
    },
  ];
  for (const { name, chunks, lines } of cases) {
    it(`reads ${name}`, async () => {
      const whole = chunks.map((chunk) =>
        typeof chunk === "string" ? chunk : Uint8Array.from(chunk)
      );
      expect(await linesOf(whole)).toEqual(lines);
    });
    it(`reads ${name}, byte by byte`, async () => {
      expect(await linesOf(scattered(chunks))).toEqual(lines);
    });
  }

  it("gives what came before the body broke, without the line that was cut off", async () => {
    async function* breaking() {
      yield encoder.encode("a\nb\nc");
      await Promise.resolve();
      throw new Error("gone");
    }
    const seen: string[] = [];
    const reading = (async () => {
      for await (const block of readLines(breaking(), LIMITS)) {
        seen.push(...block.map(describeLine));
      }
    })();
    await expect(reading).rejects.toThrow("gone");
    expect(seen).toEqual(["1: a", "2: b"]);
  });

  it("asks for no chunk before the lines of the last are taken", async () => {
    let given = 0;
    async function* counting() {
      for (; given < 3; given++) yield await Promise.resolve(encoder.encode("a\n"));
    }
    const lines = readLines(counting(), LIMITS);
    await lines.next();
    await lines.next();
    expect(given).toBe(1);
    await lines.return(undefined);
  });

  for (const byte of [0x0a, 0xff]) {
    it(`pauses often in a chunk of many short lines, of bytes ${byte.toString(16)}`, async () => {
      let pauses = 0;
      // deno-lint-ignore require-await
      const run = async <Result>(steps: Steps<Result>): Promise<Result> => {
        for (;; pauses++) {
          const step = steps.next();
          if (step.done) return step.value;
        }
      };
      const chunk = Uint8Array.from({ length: 65_536 }, (_, index) => index % 2 ? 0x0a : byte);
      const lines: Line[] = [];
      for await (const block of readLines(ReadableStream.from([chunk]), { maxBytes: 10, run })) {
        lines.push(...block);
      }
      expect(lines.length).toBeGreaterThan(30_000);
      expect(pauses).toBeGreaterThan(50);
    });
  }
});
