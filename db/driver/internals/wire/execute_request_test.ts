import { expect } from "@std/expect";
import { after, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import encoders from "cassandra-driver/lib/encoder.js";
import executionOptions from "cassandra-driver/lib/execution-options.js";
import requests from "cassandra-driver/lib/requests.js";
import { Buffer } from "node:buffer";
import { Alarms } from "../../../../runtime/alarms.ts";
import { Deadline, DeadlinePassed } from "../../timing/deadline.ts";
import type { Encoder, ExecutionSettings } from "../driver_shapes.ts";
import type { BoundValues, WriteTime } from "../driver_types.ts";
import { ExecuteRequest } from "./execute_request.ts";

const DriverEncoder = encoders as unknown as new (version: number, options: unknown) => Encoder;
const { DefaultExecutionOptions } = executionOptions as unknown as {
  DefaultExecutionOptions: { create(options: unknown, client: cassandra.Client): unknown };
};
const { ExecuteRequest: DriverRequest } = requests as unknown as {
  ExecuteRequest: new (
    query: string,
    id: Buffer,
    values: BoundValues,
    options: unknown,
    meta: { readonly columns: readonly unknown[] },
  ) => { write(encoder: Encoder, streamId: number): Buffer };
};

const ID = Buffer.from("0123456789abcdef");
const BLOB = { code: cassandra.types.dataTypes.blob };
const SETTINGS: ExecutionSettings = {
  consistency: cassandra.types.consistencies.localQuorum,
  isIdempotent: true,
  fetchSize: 5000,
};

interface Case {
  readonly what: string;
  readonly values?: BoundValues;
  readonly settings?: Partial<ExecutionSettings>;
  readonly writeTime?: WriteTime;
  readonly streamId?: number;
  readonly version?: number;
}

const CASES: readonly Case[] = [
  { what: "one value" },
  { what: "no values", values: [] },
  { what: "values, null, UNSET and empty bytes", values: [ID, null, undefined, Buffer.alloc(0)] },
  { what: "UNSET before it was known", values: [undefined, null], version: 3 },
  { what: "a value of many bytes", values: [Buffer.alloc(300_000, 7), ID] },
  { what: "no bound of rows", settings: { fetchSize: 0 } },
  { what: "a paging state", settings: { pageState: Buffer.from("where it goes on") } },
  {
    what: "a serial consistency",
    settings: { serialConsistency: cassandra.types.consistencies.localSerial },
  },
  { what: "a traced statement", settings: { traceQuery: true } },
  { what: "the highest stream", streamId: 32_767 },
  { what: "the time of a write", writeTime: 1_790_000_000_123_456 },
  { what: "a time before 1970", writeTime: -1_234_567_890_123 },
  { what: "the start of time", writeTime: 0 },
  { what: "the last time that is exact", writeTime: Number.MAX_SAFE_INTEGER },
  { what: "a time of 64 bits", writeTime: cassandra.types.Long.fromString("-9223372036854775807") },
  {
    what: "all of it",
    values: [ID, undefined],
    settings: {
      pageState: Buffer.alloc(70_000, 1),
      serialConsistency: cassandra.types.consistencies.serial,
      traceQuery: true,
    },
    writeTime: 1,
    streamId: 128,
  },
];

function requestOf(
  { values = [Buffer.from("key")], settings = {}, writeTime }: Partial<Case>,
  deadline = new Deadline(performance.now() + 60_000, new Alarms()),
): ExecuteRequest {
  return new ExecuteRequest({ cql: "SELECT", id: ID, values }, {
    execution: { ...SETTINGS, ...settings },
    writeTime: writeTime ?? null,
    prepareAgain: () => Promise.resolve(),
    deadline,
    maxBytes: Infinity,
  });
}

describe("ExecuteRequest", () => {
  const client = new cassandra.Client({ contactPoints: ["127.0.0.1"], localDataCenter: "dc1" });
  const { options } = client as unknown as { options: unknown };
  const encoderOf = (version: number) => new DriverEncoder(version, options);
  after(() => client.shutdown());

  for (const each of CASES) {
    it(`writes ${each.what} as the driver does`, () => {
      const { values = [Buffer.from("key")], settings = {}, writeTime, streamId = 1 } = each;
      const encoder = encoderOf(each.version ?? 4);
      const settled = DefaultExecutionOptions.create(
        { ...SETTINGS, ...settings, timestamp: writeTime ?? null },
        client,
      );
      const columns = values.map(() => ({ type: BLOB }));
      const expected = new DriverRequest("SELECT", ID, values, settled, { columns })
        .write(encoder, streamId);
      const frame = requestOf(each).write(encoder, streamId);
      expect(frame.toString("hex") === expected.toString("hex")).toBe(true);
    });
  }

  it("is written among other frames, and says where it ends", () => {
    const request = requestOf({});
    const target = Buffer.alloc(request.byteLength + 10, 0xff);
    expect(request.writeInto(target, 5, { streamId: 1, version: 4 })).toBe(5 + request.byteLength);
    const encoder = encoderOf(4);
    expect(target.subarray(5, -5)).toEqual(request.write(encoder, 1));
    expect([...target.subarray(0, 5), ...target.subarray(-5)]).toEqual(Array(10).fill(0xff));
  });

  it("is not written after its deadline", () => {
    const request = requestOf({}, new Deadline(performance.now() - 1, new Alarms()));
    expect(() => request.write(encoderOf(4), 1)).toThrow(DeadlinePassed);
  });

  it("asks for consistency ANY, which the driver takes for ONE", () => {
    const { any } = cassandra.types.consistencies;
    const frame = requestOf({ settings: { consistency: any } })
      .write(encoderOf(4), 1);
    expect(frame.readUInt16BE(9 + 2 + ID.length)).toBe(any);
  });
});
