import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import readers from "cassandra-driver/lib/readers.js";
import { Buffer } from "node:buffer";
import { AnswerTooLarge } from "./answer_too_large.ts";
import { Alarms } from "../../../../runtime/alarms.ts";
import { Deadline } from "../../timing/deadline.ts";
import { ExecuteRequest } from "./execute_request.ts";
import { readFrames } from "./read_frames.ts";
import type { BodyReaderClass, DriverAnswer } from "./read_result.ts";
import { int, string } from "../../../../tests/support/cassandra/protocol_values.ts";

const { FrameReader } = readers as unknown as { FrameReader: BodyReaderClass };

const [ERROR, RESULT, EVENT] = [0x00, 0x08, 0x0c];
const [VOID, ROWS, SET_KEYSPACE] = [1, 2, 3];

function cell(text: string): Buffer {
  return Buffer.concat([int(text.length), Buffer.from(text)]);
}

function frame(opcode: number, streamId: number, body: Buffer, flags = 0): Buffer {
  const header = Buffer.alloc(9);
  header[0] = 0x84;
  header[1] = flags;
  header.writeInt16BE(streamId, 2);
  header[4] = opcode;
  header.writeUInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

/** Rows of one text column. */
function rows(
  column: string,
  values: readonly string[],
  { pageState, warning }: { readonly pageState?: string; readonly warning?: string } = {},
): Buffer {
  return Buffer.concat([
    ...(warning === undefined ? [] : [Buffer.of(0, 1), string(warning)]),
    int(ROWS),
    int(0x01 | (pageState === undefined ? 0 : 0x02)),
    int(1),
    ...(pageState === undefined ? [] : [cell(pageState)]),
    string("keyspace"),
    string("table"),
    string(column),
    Buffer.of(0, 0x0d),
    int(values.length),
    ...values.map(cell),
  ]);
}

/** What becomes of the frames that come in in these chunks, while requests of ours wait on some streams. */
function read(chunks: readonly Buffer[], streams: Readonly<Record<number, number>>) {
  // What was read may not depend on what the runtime does with the chunk afterwards, but for rows.
  return take(chunks.map((chunk) => Buffer.from(chunk)), streams);
}

/** The same, of chunks that it may empty. */
function take(chunks: readonly Buffer<ArrayBuffer>[], streams: Readonly<Record<number, number>>) {
  const answers: Record<number, unknown> = {};
  const passed: Buffer[] = [];
  const freed: number[] = [];
  let takeChunk: (chunk: Buffer<ArrayBuffer>) => void = () => {};
  const id = Buffer.from("id");
  const operations = Object.entries(streams).map(([streamId, maxBytes]) => {
    const request = new ExecuteRequest({ cql: "", id, values: [] }, {
      execution: { consistency: 1, isIdempotent: true },
      writeTime: null,
      prepareAgain: () => Promise.resolve(),
      deadline: new Deadline(Infinity, new Alarms()),
      maxBytes,
    });
    const setResult = (error: unknown, answer?: DriverAnswer | null) => {
      answers[Number(streamId)] = error ?? shown(answer!);
    };
    return [Number(streamId), { request, setResult }] as const;
  });
  readFrames({
    netClient: {
      unpipe() {},
      on: (_event, listener) => takeChunk = listener,
      pause() {},
      resume() {},
    },
    protocol: { write: (bytes) => passed.push(Buffer.from(bytes)) },
    _operations: new Map(operations),
    freeStreamId: ({ streamId }) => freed.push(streamId),
  }, FrameReader);
  for (const chunk of chunks) takeChunk(chunk);
  return { answers, passed: Buffer.concat(passed).toString("hex"), freed };
}

function shown({ rows, meta, flags }: DriverAnswer) {
  return {
    columns: meta?.columns.map(({ name }) => name),
    rows: rows && [rows.length, rows.body.toString("latin1", rows.offset, rows.end)],
    pageState: meta?.pageState?.toString(),
    warnings: flags.warnings,
  };
}

describe("readFrames()", () => {
  const OURS = [
    frame(RESULT, 1, rows("name", ["first", "second"])),
    frame(RESULT, 2, rows("name", ["third"], { pageState: "more", warning: "slow" }), 0x08),
    frame(RESULT, 3, rows("title", ["fourth"])),
    frame(RESULT, 4, int(VOID)),
    frame(RESULT, 5, rows("name", ["x".repeat(200_000)])),
    frame(RESULT, 6, rows("name", [])),
  ];
  const OTHERS = [
    frame(EVENT, -1, string("SCHEMA_CHANGE")),
    frame(RESULT, 90, rows("name", ["the driver's"])),
    frame(RESULT, 7, Buffer.concat([int(SET_KEYSPACE), string("other")])),
    frame(ERROR, 8, Buffer.concat([int(0), string("failed")])),
    frame(0x02, 91, Buffer.alloc(0)),
  ];
  const STREAMS = { 1: Infinity, 2: Infinity, 3: Infinity, 4: 0, 5: 1_000, 6: 0, 7: 0, 8: 0 };
  const ALL = [0, 1, 2, 3, 4, 5].flatMap((index) =>
    [OURS[index], OTHERS[index]].filter((each) => each !== undefined)
  );
  const EXPECTED = {
    answers: {
      1: { columns: ["name"], rows: [2, `${cell("first")}${cell("second")}`] },
      2: {
        columns: ["name"],
        rows: [1, `${cell("third")}`],
        pageState: "more",
        warnings: ["slow"],
      },
      3: { columns: ["title"], rows: [1, `${cell("fourth")}`] },
      4: {},
      5: expect.any(AnswerTooLarge),
      6: { columns: ["name"], rows: [0, ""] },
    },
    passed: Buffer.concat(OTHERS).toString("hex"),
    freed: [1, 2, 3, 4, 5, 6],
  };

  it("answers its own requests, and hands all other frames on as they are", () => {
    expect(read([Buffer.concat(ALL)], STREAMS)).toEqual(EXPECTED);
    expect(read(ALL, STREAMS)).toEqual(EXPECTED);
  });

  it("does so in whatever pieces they come in", () => {
    // Short, so that each cut is tried: in a header, in the columns, in a row, between two frames.
    const bytes = Buffer.concat(ALL.filter((each) => each.length < 1_000));
    const { 5: _, ...answers } = EXPECTED.answers;
    const expected = { ...EXPECTED, answers, freed: [1, 2, 3, 4, 6] };
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)], STREAMS)).toEqual(expected);
    }
    for (let size = 1; size < 25; size++) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      expect(read(pieces, STREAMS)).toEqual(expected);
    }
  });

  it("skips an answer that is too large over many chunks", () => {
    const bytes = Buffer.concat(ALL);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 4_096) pieces.push(bytes.subarray(at, at + 4_096));
    expect(read(pieces, STREAMS)).toEqual(EXPECTED);
  });

  it("gathers a large answer that is taken", () => {
    const large = rows("name", ["y".repeat(300_000), "z"]);
    const bytes = frame(RESULT, 1, large);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 65_536) pieces.push(bytes.subarray(at, at + 65_536));
    expect(read(pieces, { 1: 400_000 }).answers).toEqual(read([bytes], { 1: 400_000 }).answers);
  });

  it("empties chunks that nobody goes on using", () => {
    const large = frame(RESULT, 1, rows("name", ["y".repeat(100), "z"]));
    const tooLarge = frame(RESULT, 5, rows("name", ["x".repeat(200_000)]));
    const event = frame(EVENT, -1, string("SCHEMA_CHANGE"));
    const chunksOf = (bytes: Buffer, cut: number) =>
      [bytes.subarray(0, cut), bytes.subarray(cut)].map((chunk) => new Uint8Array(chunk));
    const emptied = (chunks: readonly Uint8Array<ArrayBuffer>[]) => {
      const given = chunks.map(({ buffer }) => Buffer.from(buffer));
      take(given, { 1: 400_000, 5: 0 });
      return given.map(({ length }) => length === 0);
    };
    expect(emptied(chunksOf(large, 50))).toEqual([true, true]);
    expect(emptied(chunksOf(tooLarge, 50_000))).toEqual([true, true]);
    // Rows that came whole, and what the driver reads, are where they came.
    expect(emptied([new Uint8Array(large)])).toEqual([false]);
    expect(emptied(chunksOf(Buffer.concat([large, event]), 50))).toEqual([true, false]);
    expect(emptied(chunksOf(event, 15))).toEqual([false, false]);
  });

  it("reports an answer that ends too early", () => {
    const { answers, freed } = read([frame(RESULT, 1, Buffer.concat([int(ROWS), int(1)]))], {
      1: 0,
    });
    expect(answers[1]).toBeInstanceOf(RangeError);
    expect(freed).toEqual([1]);
  });

  it("leaves a connection to the driver that speaks an older protocol", () => {
    const old = Buffer.from([0x82, 0, 1, 8, 0, 0, 0, 4, 0, 0, 0, 1]);
    expect(read([old], { 1: Infinity })).toEqual({
      answers: {},
      passed: old.toString("hex"),
      freed: [],
    });
  });
});
