import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import process from "node:process";
import {
  bulkObservations,
  NDJSON,
  observation,
  observations,
  openUpload,
  parseReport,
  stored,
  type Summary,
  upload,
} from "../support/clients/bulk_client.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";

const CSV = { type: "text/csv" };

/** How long the lines of an upload may take to come, at the service that waits for less. */
const BODY_TIMEOUT_MS = 2_500;

const stack = new AsyncDisposableStack();
/** What the runtime has warned of. It warns once in the life of a process, whatever test comes first. */
const warnings: string[] = [];
let service: TestService;
let impatient: TestService;
before(async () => {
  const note = ({ message }: Error) => void warnings.push(message);
  process.on("warning", note);
  stack.defer(() => void process.off("warning", note));
  service = stack.use(await startTestService({ cqlDir: EXAMPLE }));
  impatient = stack.use(
    await startTestService({
      cqlDir: EXAMPLE,
      env: { BODY_TIMEOUT_MS: `${BODY_TIMEOUT_MS}` },
    }),
  );
});
after(() => stack.disposeAsync());

/** A request as bytes on a connection, for senders that no client library is. */
async function connect(path: string): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(service.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await send(
    connection,
    `POST ${path} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n` +
      `authorization: Bearer ${await service.token("writer")}\r\n` +
      `content-type: ${NDJSON}\r\ntransfer-encoding: chunked\r\n\r\n`,
  );
  return connection;
}

async function send(connection: Deno.TcpConn, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
}

function httpChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

describe("@bulk and its sender", () => {
  it("writes what it has read of an upload that breaks off, and says so", async () => {
    const since = service.observations.length;
    const connection = await connect("/stations/broken/observations");
    await send(connection, httpChunk(observations(50) + observation(50)));
    await eventually(
      "the lines are written",
      async () => (await stored(service, "broken")).length === 50,
    );
    connection.close();

    const bulk = await eventually("it is told of", () => bulkObservations(service, since)[0]);
    expect(bulk).toMatchObject({ read: 50, written: 50, failed: 0, completed: false });
    expect(bulk.cause).toBeInstanceOf(Error);
    const request = await eventually(
      "the request is over",
      () => service.observations.slice(since).find((each) => each.kind === "request"),
    );
    expect(request).toMatchObject({ completed: false, status: 200, requestId: bulk.requestId });
    expect(request.cause).toBeInstanceOf(Error);
    // The last line had no end: it may have been cut off.
    expect(await stored(service, "broken")).toHaveLength(50);
  });

  for (const lines of [1, 50, 5_000]) {
    it(`notices a sender who leaves after ${lines} lines, at whatever moment`, async () => {
      const path = `/stations/left-${lines}/observations`;
      const text = httpChunk(observations(lines));
      for (const waitMs of [0, 1, 2, 5, 20]) {
        const since = service.observations.length;
        const connection = await connect(path);
        await send(connection, text);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        connection.close();
        const request = await eventually(
          "the request is over",
          () => service.observations.slice(since).find((each) => each.kind === "request"),
        );
        expect(request).toMatchObject({ completed: false });
      }
    });
  }

  it("ends an upload that stalls, and says so to its sender", async () => {
    const { writer, response } = openUpload(impatient, "/stations/stalled/observations");
    await writer.write(observations(3) + observation(3));
    const { failures, summary } = parseReport(await (await response).text());
    expect(failures).toEqual([]);
    expect(summary).toEqual({
      read: 3,
      written: 3,
      failed: 0,
      stopped: `No line was completed in ${BODY_TIMEOUT_MS} ms`,
    });
    await writer.abort().catch(() => {});
    expect(await stored(impatient, "stalled")).toHaveLength(3);
  });

  for (const [what, piece] of [["the bytes of one line", "1"], ["blank lines", " \n"]] as const) {
    it(`ends an upload of ${what} that come in one by one`, async () => {
      const { writer, response } = openUpload(impatient, "/stations/dripping/observations");
      await writer.write(observations(1));
      const report = response.then((response) => response.text());
      let isOver = false;
      report.finally(() => isOver = true).catch(() => {});
      while (!isOver) {
        await writer.write(piece).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(parseReport(await report).summary).toMatchObject({
        written: 1,
        stopped: `No line was completed in ${BODY_TIMEOUT_MS} ms`,
      });
      await writer.abort().catch(() => {});
    });
  }

  for (const begun of ["", "observed_at,temper", "\r\n\r\n", 'observed_at,"temperature\n']) {
    it(`answers 408 where the header line of CSV does not come: ${JSON.stringify(begun)}`, async () => {
      const { writer, response } = openUpload(
        impatient,
        "/stations/header/observations",
        CSV,
      );
      writer.write(begun).catch(() => {});
      const answer = await response;
      const { code, detail } = await problemOf(answer);
      expect([answer.status, code]).toEqual([408, "body_timeout"]);
      expect(detail).toBe(`No line was completed in ${BODY_TIMEOUT_MS} ms`);
      await writer.abort().catch(() => {});
    });
  }

  it("answers a sender of CSV whose header line is wrong while it goes on sending", async () => {
    const { writer, response } = openUpload(service, "/stations/header/observations", CSV);
    await writer.write("observed_at,temprature\n");
    const answer = await response;
    expect([answer.status, (await problemOf(answer)).errors?.[0]?.pointer])
      .toEqual([422, "/body/temprature"]);
    await writer.abort().catch(() => {});
  });

  it("says of CSV that breaks off where, and leaves the last record out", async () => {
    const { writer, response } = openUpload(impatient, "/stations/cut/observations", CSV);
    await writer.write('observed_at,temperature\n2010-01-01T00:00:00Z,1\n2010-01-01T01:00:00Z,"2');
    const { failures, summary } = parseReport(await (await response).text());
    expect(failures).toEqual([]);
    expect(summary).toEqual({
      read: 2,
      written: 1,
      failed: 0,
      stopped: `No line was completed in ${BODY_TIMEOUT_MS} ms`,
    });
    await writer.abort().catch(() => {});
  });

  it("answers a sender who waits for the report before it ends, once too much has failed", async () => {
    const { writer, response } = openUpload(impatient, "/stations/waiting/observations");
    await writer.write("1\n".repeat(12_000));
    const { failures, summary } = parseReport(await (await response).text());
    expect(summary.stopped).toContain("correct them before you send more");
    expect(failures).toHaveLength(summary.failed);
    await writer.abort().catch(() => {});
  });

  it("answers a sender who goes on sending, once too much has failed, and ends the request", async () => {
    const since = impatient.observations.length;
    const { writer, response } = openUpload(impatient, "/stations/endless/observations");
    await writer.write("1\n".repeat(12_000));
    const report = response.then((response) => response.text());
    let isOver = false;
    report.finally(() => isOver = true).catch(() => {});
    const lines = observations(1_000);
    while (!isOver) {
      writer.write(lines).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(parseReport(await report).summary.stopped)
      .toContain("correct them before you send more");
    await eventually(
      "the request is over",
      () => impatient.observations.slice(since).find((each) => each.kind === "request"),
    );
    await writer.abort().catch(() => {});
  });

  it("takes an upload that goes on for longer than a body may take", async () => {
    const timeoutMs = 10_000;
    await using patient = await startTestService({
      cqlDir: EXAMPLE,
      env: { BODY_TIMEOUT_MS: `${timeoutMs}` },
    });
    const { writer, response } = openUpload(patient, "/stations/slow/observations");
    const startedAt = performance.now();
    let lines = 0;
    while (performance.now() - startedAt < timeoutMs * 1.2) {
      await writer.write(`${observation(lines++)}\n`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await writer.close();
    const { summary } = parseReport(await (await response).text());
    expect(summary).toEqual({ read: lines, written: lines, failed: 0 });
  });

  it("gives every failure, as far as it keeps them", async () => {
    const count = 9_999;
    const { failures, summary } = await upload(service, "/stations/all/observations", {
      body: "1\n".repeat(count),
    });
    expect(summary).toEqual({ read: count, written: 0, failed: count });
    expect(failures.map(({ line }) => line))
      .toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  it("stops, and says where, for a sender who reads nothing before all is sent", async () => {
    const count = 150_000;
    const since = service.observations.length;
    const connection = await connect("/stations/deaf/observations");
    // More than fits between the two: the sender gets on only while the service reads.
    const padded = `${"1".padEnd(100)}\n`.repeat(1_000);
    for (let sent = 0; sent < count; sent += 1_000) await send(connection, httpChunk(padded));
    await send(connection, "0\r\n\r\n");
    const bulk = await eventually("it stops", () => bulkObservations(service, since)[0]);
    const answer = await new Response(connection.readable).text();
    const lines = answer.split("\n").filter((line) => line.startsWith("{"));
    const { summary } = JSON.parse(lines.pop()!) as { summary: Summary };
    expect(summary.stopped).toContain("correct them before you send more");
    expect(summary.read).toBeGreaterThanOrEqual(10_000);
    expect(summary.read).toBeLessThan(count);
    expect(summary).toMatchObject({ written: 0, failed: summary.read });
    expect(lines).toHaveLength(summary.failed);
    expect(bulk).toMatchObject({ read: summary.read, stopped: summary.stopped, completed: true });
  });

  it("finishes an upload that is under way when the service stops", async () => {
    await using other = await startTestService({ cqlDir: EXAMPLE });
    const { writer, response: answer } = openUpload(other, "/stations/last/observations");
    await writer.write(observations(10));
    const response = await answer;
    const closing = other.close();
    await eventually(
      "it drains",
      () =>
        other.observations.some((each) =>
          each.kind === "shutdown" && each.step === "finishing requests"
        ),
    );
    await writer.write(observations(20));
    await writer.close();
    const { summary } = parseReport(await response.text());
    expect(summary).toEqual({ read: 30, written: 30, failed: 0 });
    await closing;
  });
});

describe("@bulk and the operator", () => {
  it("counts lines by their outcome", async () => {
    const counts = async () => {
      const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
      return ["written", "failed"].map((outcome) => {
        const label = `cqlgate_bulk_lines_total{query="record_observation",outcome="${outcome}"} `;
        return Number(text.split(label)[1]?.split("\n")[0] ?? 0);
      });
    };
    const [written, failed] = await counts();
    await upload(service, "/stations/counted/observations", { body: `${observations(5)}1\n2\n` });
    expect(await counts()).toEqual([written! + 5, failed! + 2]);
  });

  it("holds the request as one in flight until its end", async () => {
    const since = service.observations.length;
    const { writer, response: answer } = openUpload(service, "/stations/held/observations");
    await writer.write(observations(1));
    const response = await answer;
    const kinds = () => service.observations.slice(since).map(({ kind }) => kind);
    expect(kinds()).toContain("request_started");
    expect(kinds()).not.toContain("request_finished");
    await writer.close();
    await response.text();
    await eventually("it is over", () => kinds().includes("request_finished"));
    expect(bulkObservations(service, since)).toMatchObject([{
      query: "record_observation",
      read: 1,
      written: 1,
      failed: 0,
      stopped: null,
      completed: true,
    }]);
  });

  it("has not led to a timer that is set for the past", () => {
    expect(warnings.filter((message) => message.includes("negative"))).toEqual([]);
  });
});
