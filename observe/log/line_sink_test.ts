import { getJsonLinesFormatter, type LogRecord } from "@logtape/logtape";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createLineSink } from "./line_sink.ts";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import { LineWriter } from "./line_writer.ts";

const formatter = getJsonLinesFormatter({ properties: "flatten", message: "template" });

function record(n: number, level: LogRecord["level"] = "info"): LogRecord {
  return {
    category: ["cqlgate"],
    level,
    message: ["line ", n, ""],
    rawMessage: "line {n}",
    properties: { n },
    timestamp: 0,
  };
}

/** A stream whose reader takes a chunk when it is told to. */
function slowReader() {
  const lines: Record<string, unknown>[] = [];
  const chunks: string[] = [];
  const open = Promise.withResolvers<void>();
  const stream = new WritableStream<Uint8Array<ArrayBuffer>>({
    async write(bytes) {
      await promptly("the test lets it be read", open.promise);
      const text = new TextDecoder().decode(bytes);
      chunks.push(text);
      lines.push(...text.trimEnd().split("\n").map((line) => JSON.parse(line)));
    },
  });
  return {
    lines,
    chunks,
    stream,
    resume: () => open.resolve(),
  };
}

describe("createLineSink()", () => {
  it("writes lines in order", async () => {
    const { lines, stream, resume } = slowReader();
    const sink = createLineSink(new LineWriter(stream), { formatter });
    for (let n = 0; n < 5; n++) sink(record(n));
    resume();
    await sink[Symbol.asyncDispose]();
    expect(lines.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  });

  it("writes lines together that come within a few milliseconds", async () => {
    const { lines, chunks, stream, resume } = slowReader();
    resume();
    const sink = createLineSink(new LineWriter(stream), { formatter });
    for (let n = 0; n < 3; n++) sink(record(n));
    await eventually("three lines", () => lines.length === 3);
    sink(record(3));
    await eventually("the fourth line", () => lines.length === 4);
    expect(chunks).toHaveLength(2);
    await sink[Symbol.asyncDispose]();
  });

  it("writes an error at once, after the lines before it", async () => {
    const { lines, chunks, stream, resume } = slowReader();
    resume();
    const sink = createLineSink(new LineWriter(stream), { formatter });
    sink(record(0));
    sink(record(1, "error"));
    // Before any timer can fire.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(lines.map(({ n }) => n)).toEqual([0, 1]);
    sink(record(2));
    await sink[Symbol.asyncDispose]();
    expect(chunks).toHaveLength(2);
  });

  it("writes errors together that come at the same time, after the first of them", async () => {
    const { lines, chunks, stream, resume } = slowReader();
    resume();
    const sink = createLineSink(new LineWriter(stream), { formatter });
    for (let n = 0; n < 200; n++) sink(record(n, "error"));
    await sink[Symbol.asyncDispose]();
    expect(lines).toHaveLength(200);
    expect(chunks[0]!.trimEnd().split("\n")).toHaveLength(1);
    // A machine that pauses may end a batch early.
    expect(chunks.length).toBeLessThan(100);
  });

  it("lets no batch grow without end", async () => {
    const { chunks, stream, resume } = slowReader();
    resume();
    const sink = createLineSink(new LineWriter(stream), { formatter });
    for (let n = 0; n < 2_000; n++) sink(record(n));
    await sink[Symbol.asyncDispose]();
    expect(chunks.join("").trimEnd().split("\n")).toHaveLength(2_000);
    for (const chunk of chunks) expect(chunk.length).toBeLessThan(66_000);
  });

  it("drops what a reader that stalls has no room for, and says how much", async () => {
    const { lines, stream, resume } = slowReader();
    const sink = createLineSink(new LineWriter(stream), { formatter, maxWaitingLength: 1_000 });
    for (let n = 0; n < 1_000; n++) sink(record(n));
    resume();
    await sink[Symbol.asyncDispose]();
    const kept = lines.filter(({ n }) => n !== undefined).length;
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(20);
    expect(lines.at(-1)).toMatchObject({ level: "WARN", count: 1_000 - kept });
  });

  it("keeps nothing for a reader that is gone, and never rejects", async () => {
    const stream = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: () => Promise.reject(new Error("Broken pipe")),
    });
    const sink = createLineSink(new LineWriter(stream), { formatter });
    for (let n = 0; n < 1_000; n++) {
      sink(record(n));
      await Promise.resolve();
    }
    await sink[Symbol.asyncDispose]();
  });

  it("does not wait for a reader that stalls when it ends", async () => {
    const { stream } = slowReader();
    const sink = createLineSink(new LineWriter(stream), { formatter });
    sink(record(1));
    await sink[Symbol.asyncDispose]();
  });
});
