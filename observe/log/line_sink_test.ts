import { getJsonLinesFormatter, type LogRecord } from "@logtape/logtape";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createLineSink } from "./line_sink.ts";
import { LineWriter } from "./line_writer.ts";

const formatter = getJsonLinesFormatter({ properties: "flatten", message: "template" });

function record(n: number): LogRecord {
  return {
    category: ["cqlgate"],
    level: "info",
    message: ["line ", n, ""],
    rawMessage: "line {n}",
    properties: { n },
    timestamp: 0,
  };
}

/** A stream whose reader takes a chunk when it is told to. */
function slowReader() {
  const lines: Record<string, unknown>[] = [];
  const open = Promise.withResolvers<void>();
  const stream = new WritableStream<Uint8Array<ArrayBuffer>>({
    async write(bytes) {
      await open.promise;
      lines.push(JSON.parse(new TextDecoder().decode(bytes)));
    },
  });
  return {
    lines,
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

  it("drops what a reader that stalls has no room for, and says how much", async () => {
    const { lines, stream, resume } = slowReader();
    const sink = createLineSink(new LineWriter(stream), { formatter, maxWaitingBytes: 1_000 });
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
