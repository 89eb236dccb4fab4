import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  NDJSON,
  observation,
  observations,
  openUpload,
  parseReport,
  stored,
  upload,
} from "../support/clients/bulk_client.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";

const MAX_BODY_BYTES = 65_536;

const QUERIES = `
-- name: register_station :applied
-- Register stations unless their ids are taken.
-- @bulk
-- @route POST /registrations
-- @scope stations:write
-- @param tenant_id in claim:tenant
-- @current name
INSERT INTO stations (tenant_id, station_id, name) VALUES (:tenant_id, :station_id, :name)
IF NOT EXISTS;
`;

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: { queries: QUERIES },
    env: { MAX_BODY_BYTES: String(MAX_BODY_BYTES) },
  });
});
after(() => service[Symbol.asyncDispose]());

describe("@bulk with NDJSON", () => {
  it("writes every line, each to the bucket of its own month", async () => {
    const lines = `${observation(0)}\n{"observed_at":"2010-07-01T00:00:00Z","temperature":20}\n`;
    const { failures, summary } = await upload(service, "/stations/months/observations", {
      body: lines,
    });
    expect([failures, summary]).toEqual([[], { read: 2, written: 2, failed: 0 }]);
    expect((await stored(service, "months")).map(({ temperature }) => temperature)).toEqual([0]);
    const july = await service.request("/stations/months/observations/2010-07");
    expect((await july.json()).items).toMatchObject([{ temperature: 20 }]);
  });

  it("writes many lines as they were sent, none missing and none changed", async () => {
    const count = 5_000;
    const { failures, summary } = await upload(service, "/stations/many/observations", {
      body: observations(count),
    });
    expect([failures, summary]).toEqual([[], { read: count, written: count, failed: 0 }]);
    const rows = await stored(service, "many");
    expect(rows.map(({ temperature }) => temperature))
      .toEqual(Array.from({ length: count }, (_, minute) => minute / 10));
  });

  it("says of each line that was not written which, why and where, and writes the others", async () => {
    const lines = [
      observation(0),
      "no JSON",
      observation(1),
      '{"observed_at":"yesterday","temperature":"warm"}',
      '{"observed_at":"2010-01-01T00:05:00Z","tempurature":1}',
      "[1]",
      "{}",
      observation(2),
    ];
    const { failures, summary } = await upload(service, "/stations/mixed/observations", {
      body: lines.join("\n"),
    });
    expect(summary).toEqual({ read: 8, written: 3, failed: 5 });
    expect(failures.map(({ line, code, errors }) => [
      line,
      code,
      errors?.map(({ pointer }) => pointer),
    ])).toEqual([
      [2, "malformed_request", undefined],
      [4, "invalid_input", ["/body/observed_at", "/body/temperature"]],
      [5, "invalid_input", ["/body/tempurature"]],
      [6, "malformed_request", undefined],
      [7, "invalid_input", ["/body/observed_at"]],
    ]);
    expect(failures[0]!.detail).toContain("The line is not JSON");
    expect(failures[2]!.errors![0]!.detail).toContain('did you mean "temperature"?');
    expect(failures[3]!.detail).toContain(
      "The line is not a JSON object: send its fields in braces",
    );
    expect((await stored(service, "mixed")).map(({ temperature }) => temperature)).toEqual([
      0,
      0.1,
      0.2,
    ]);
  });

  it("counts blank lines, and takes carriage returns and a byte order mark", async () => {
    const lines = `\uFEFF${observation(0)}\r\n\r\n \t\n${observation(1)}\r\n{\r\n`;
    const { failures, summary } = await upload(service, "/stations/crlf/observations", {
      body: lines,
    });
    expect(summary).toEqual({ read: 5, written: 2, failed: 1 });
    expect(failures.map(({ line }) => line)).toEqual([5]);
    expect(await stored(service, "crlf")).toHaveLength(2);
  });

  it("refuses a line that is too long or not UTF-8, and takes the next", async () => {
    const long = `{"observed_at":"${"x".repeat(MAX_BODY_BYTES)}"}\n`;
    const body = new Blob([
      `${observation(0)}\n`,
      long.repeat(3),
      `${observation(1)}\n`,
      Uint8Array.of(0x22, 0xc3, 0x28, 0x22, 0x0a),
      observation(2),
    ]);
    const { failures, summary } = await upload(service, "/stations/long/observations", {
      body: body.stream(),
    });
    expect(summary).toEqual({ read: 7, written: 3, failed: 4 });
    expect(failures.map(({ line, code }) => [line, code])).toEqual([
      [2, "body_too_large"],
      [3, "body_too_large"],
      [4, "body_too_large"],
      [6, "malformed_request"],
    ]);
    expect(await stored(service, "long")).toHaveLength(3);
  });

  it("takes a body larger than that of other requests", async () => {
    const lines = observations(2_000);
    expect(lines.length).toBeGreaterThan(MAX_BODY_BYTES);
    const { summary } = await upload(service, "/stations/large/observations", { body: lines });
    expect(summary).toEqual({ read: 2_000, written: 2_000, failed: 0 });
  });

  it("answers an empty upload", async () => {
    for (const [body, read] of [["", 0], ["\n", 0], ["\n\n{", 3]] as const) {
      const { summary } = await upload(service, "/stations/empty/observations", { body });
      expect(summary).toEqual({ read, written: 0, failed: read === 0 ? 0 : 1 });
    }
  });

  it("begins its answer at once, and gives the failures when the upload has ended", async () => {
    const { writer, response: answer } = openUpload(service, "/stations/early/observations");
    await writer.write("no JSON\n");
    const response = await answer;
    expect(response.status).toBe(200);
    await writer.write(observation(0));
    await writer.close();
    const { failures, summary } = parseReport(await response.text());
    expect(failures).toMatchObject([{ line: 1, code: "malformed_request" }]);
    expect(summary).toEqual({ read: 2, written: 1, failed: 1 });
  });
});

describe("@bulk with an array", () => {
  it("counts its members as lines", async () => {
    const body = ` [${observation(0)}, 1, {"observed_at": null}, ${observation(1)}]`;
    const type = "application/json";
    const { failures, summary } = await upload(service, "/stations/array/observations", {
      body,
      type,
    });
    expect(summary).toEqual({ read: 4, written: 2, failed: 2 });
    expect(failures.map(({ line, code }) => [line, code]))
      .toEqual([[2, "malformed_request"], [3, "invalid_input"]]);
    expect(await stored(service, "array")).toHaveLength(2);
  });

  it("answers an empty one", async () => {
    const { summary } = await upload(service, "/stations/array/observations", {
      body: "[]",
      type: "application/json",
    });
    expect(summary).toEqual({ read: 0, written: 0, failed: 0 });
  });

  it("refuses one that is larger than a body may be, or that has no end", async () => {
    const cases: [string, number, string][] = [
      [`[${Array(2_000).fill(observation(0)).join()}]`, 413, "body_too_large"],
      [`[${observation(0)}`, 400, "malformed_request"],
    ];
    for (const [body, status, code] of cases) {
      const headers = { "content-type": "application/json" };
      const path = "/stations/refused/observations";
      const response = await service.request(path, { method: "POST", body, headers });
      expect([response.status, (await problemOf(response)).code]).toEqual([status, code]);
    }
    expect(await stored(service, "refused")).toEqual([]);
  });
});

describe("@bulk with one object", () => {
  it("is answered as without the tag", async () => {
    const path = "/stations/single/observations";
    for (const accept of ["*/*", "application/json", NDJSON]) {
      const response = await service.request(path, {
        method: "POST",
        json: JSON.parse(observation(0)),
        headers: { accept },
      });
      expect([response.status, await response.text()]).toEqual([204, ""]);
    }
    const wrong = await service.request(path, { method: "POST", json: { observed_at: 1 } });
    expect([wrong.status, (await problemOf(wrong)).code]).toEqual([422, "invalid_input"]);
    const none = await service.request(path, { method: "POST" });
    expect([none.status, (await problemOf(none)).code]).toEqual([422, "invalid_input"]);
  });
});

describe("@bulk of an :applied query", () => {
  it("says of each line that was not applied what is there", async () => {
    const lines = ["a", "b", "c"].map((id) =>
      JSON.stringify({ station_id: id, name: `New ${id}` })
    );
    const first = await upload(service, "/registrations", { body: lines[1]! });
    expect(first.summary).toEqual({ read: 1, written: 1, failed: 0 });
    const again = lines.join("\n").replace("New b", "Other b");
    const { failures, summary } = await upload(service, "/registrations", { body: again });
    expect(summary).toEqual({ read: 3, written: 2, failed: 1 });
    expect(failures).toMatchObject([
      { line: 2, code: "not_applied", current: { station_id: "b", name: "New b" } },
    ]);
  });

  it("answers a single object with 201", async () => {
    const json = { station_id: "single", name: "Single" };
    const response = await service.request("/registrations", { method: "POST", json });
    expect([response.status, await response.json()]).toEqual([201, { applied: true }]);
  });
});
