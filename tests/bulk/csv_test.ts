import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { NDJSON, upload } from "../support/clients/bulk_client.ts";
import { inlined } from "../support/clients/openapi_reference.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";

const CSV = "text/csv";

const MIGRATIONS = `
CREATE TABLE words (
  owner text, place int, word text, weight double, parts list<text>,
  PRIMARY KEY (owner, place)
);
CREATE TABLE notes (id timeuuid PRIMARY KEY, author text, note text);
`;

const QUERIES = `
-- name: load_words :exec
-- @bulk
-- @route POST /owners/{owner}/words
-- @public
-- @param word? in body
-- @param weight? in body
-- @param parts? in body
-- @param place in body as=position
INSERT INTO words (owner, place, word, weight, parts)
VALUES (:owner, :place, :word, :weight, :parts);

-- name: words :many
-- @route GET /owners/{owner}/words
-- @public
SELECT place AS position, word, weight, parts FROM words WHERE owner = :owner;

-- name: only_words :many
-- @route GET /owners/{owner}/only-words
-- @public
SELECT word FROM words WHERE owner = :owner;

-- name: load_notes :exec
-- @bulk returning
-- @route POST /notes
-- @scope stations:write
-- @param id in generated:timeuuid
-- @param author in claim:tenant
INSERT INTO notes (id, author, note) VALUES (:id, :author, :note);

-- name: register_station :applied
-- @bulk
-- @route POST /registrations
-- @scope stations:write
-- @param tenant_id in claim:tenant
INSERT INTO stations (tenant_id, station_id, name) VALUES (:tenant_id, :station_id, :name)
IF NOT EXISTS;
`;

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: { migration: MIGRATIONS, queries: QUERIES },
  });
});
after(() => service[Symbol.asyncDispose]());

async function wordsOf(owner: string): Promise<unknown[]> {
  const response = await service.request(`/owners/${owner}/words`);
  return (await response.json()).items;
}

async function problemFor(owner: string, body: BodyInit, type = CSV) {
  const response = await service.request(`/owners/${owner}/words`, {
    method: "POST",
    body,
    headers: { "content-type": type },
  });
  return { ...await problemOf(response), headers: response.headers };
}

describe("@bulk and text/csv", () => {
  it("writes a row for each line, whatever the order of the columns", async () => {
    const body = 'weight,position,word\r\n1.5,1,one\r\n,2,"two, ""2"""\r\n-0.0,3,""\r\n';
    const report = await upload(service, "/owners/order/words", { body, type: CSV });
    expect(report).toEqual({ failures: [], summary: { read: 4, written: 3, failed: 0 } });
    expect(await wordsOf("order")).toEqual([
      { position: 1, word: "one", weight: 1.5, parts: null },
      { position: 2, word: 'two, "2"', weight: null, parts: null },
      { position: 3, word: "", weight: -0, parts: null },
    ]);
  });

  it("deletes with an empty field, and leaves what has no column", async () => {
    const load = (body: string) => upload(service, "/owners/empty/words", { body, type: CSV });
    await load("position,word,weight\n1,one,1\n2,two,2\n");
    await load("position,word\n1,\n");
    await load('position,weight\n2,""\n');
    expect(await wordsOf("empty")).toEqual([
      { position: 1, word: null, weight: 1, parts: null },
      { position: 2, word: "two", weight: 2, parts: null },
    ]);
  });

  it("reports each mistake at its line, and writes the others", async () => {
    const body = [
      "position,word,weight,parts",
      "1,one,1,",
      "",
      '2,"two\nlines",x,"[""a"",1]"',
      "3,a,b",
      'x,"',
      '",1,',
      '4,a"b,1,',
      '5,five,5,"[""a"",""b,""]"',
    ].join("\n");
    const { failures, summary } = await upload(service, "/owners/wrong/words", { body, type: CSV });
    expect(summary).toEqual({ read: 10, written: 2, failed: 4 });
    expect(
      failures.map((
        { line, code, errors = [] },
      ) => [line, code, errors.map((each) => each.pointer)]),
    )
      .toEqual([
        [4, "invalid_input", ["/body/weight", "/body/parts/1"]],
        [6, "malformed_request", []],
        [7, "invalid_input", ["/body/position"]],
        [9, "malformed_request", []],
      ]);
    expect(failures[1]!.detail).toContain("3 fields, and the header line 4 columns");
    expect(failures[3]!.detail).toContain('Column 2, "word", has a quote');
    expect((await wordsOf("wrong")).length).toBe(2);
  });

  it("has read a record once it has read its last line", async () => {
    const body = 'position,word\n1,"a\nb"\n2,"c\r\n\nd"\n';
    const report = await upload(service, "/owners/lines/words", { body, type: CSV });
    expect(report.summary).toEqual({ read: 6, written: 2, failed: 0 });
    const wrong = `position,word\n1,"a\nb"\nx,"c\n${"d".repeat(1_100_000)}\n"`;
    const { failures, summary } = await upload(service, "/owners/lines/words", {
      body: wrong,
      type: CSV,
    });
    expect(failures.map(({ line, code }) => [line, code])).toEqual([[4, "body_too_large"]]);
    expect(summary).toEqual({ read: 6, written: 1, failed: 1 });
  });

  it("takes what the service itself writes, one nullable column included", async () => {
    const lines = [
      '{"position":1,"word":"a,\\"b\\"\\r\\nc","weight":"NaN","parts":["x","\\"","é"]}',
      '{"position":2,"word":""}',
      '{"position":3}',
      '{"position":4,"word":" =1+1 ","weight":1e-300,"parts":["",","]}',
    ];
    await upload(service, "/owners/out/words", { body: lines.join("\n") });
    const exported = await service.request("/owners/out/words", { headers: { accept: CSV } });
    expect(exported.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    const body = await exported.text();
    const type = exported.headers.get("content-type")!;
    const { summary } = await upload(service, "/owners/in/words", { body, type });
    expect(summary).toEqual({ read: 6, written: 4, failed: 0 });
    expect(await wordsOf("in")).toEqual(await wordsOf("out"));

    const words =
      await (await service.request("/owners/out/only-words", { headers: { accept: CSV } })).text();
    const [header, ...rows] = words.replace("\r\nc", " c").trimEnd().split("\r\n");
    expect([header, rows.at(-2)]).toEqual(["word,", ","]);
    const single = [`position,${header}`, ...rows.map((row, index) => `${index + 1},${row}`)];
    const report = await upload(service, "/owners/single/words", {
      body: single.join("\r\n"),
      type: CSV,
    });
    expect(report).toEqual({ failures: [], summary: { read: 5, written: 4, failed: 0 } });
  });

  it("writes nothing where the header line is wrong, and says what is", async () => {
    const problem = await problemFor("header", "position,wort,weight,weight\n1,one,1,2\n");
    expect([problem.status, problem.code]).toEqual([422, "invalid_input"]);
    expect(problem.detail).toContain("The header line does not fit");
    expect(problem.errors).toEqual([
      { pointer: "/body/wort", detail: 'Unknown, as column 2: did you mean "word"?' },
      {
        pointer: "/body/weight",
        detail: "Expected the column once, found it as columns 3 and 4",
      },
    ]);
    const missing = await problemFor("header", "word\none\n");
    expect(missing.errors).toEqual([{ pointer: "/body/position", detail: "Required" }]);
    expect(await wordsOf("header")).toEqual([]);
  });

  const refused: [what: string, body: string | Uint8Array<ArrayBuffer>, detail: string][] = [
    ["no body", "", "The body is empty"],
    ["nothing but empty lines", "\r\n\n\n", "The body is empty"],
    ["a header with a quote that never closes", 'position,"word\n1,one', "Column 2 opens a quote"],
    ["lines that end as on an old Mac", "position,word\r1,one\r", "Column 2 has a carriage return"],
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x0a, 0), "The header line is not UTF-8"],
    ["a header too long", `position,"${"x".repeat(1_100_000)}"\n`, "The line has more than"],
  ];
  for (const [what, body, detail] of refused) {
    it(`refuses ${what}`, async () => {
      const problem = await problemFor("refused", body);
      expect(problem.detail).toContain(detail);
      expect(problem.status).toBe(what.includes("too long") ? 413 : 400);
    });
  }

  const types: [type: string, status: number][] = [
    ["text/csv; charset=utf-8", 200],
    ['Text/CSV;Charset="UTF-8"; header=present', 200],
    ["text/csv; charset=us-ascii", 200],
    ["text/csv; x=y", 200],
    ["text/csv; charset=iso-8859-1", 415],
    ["text/csv; charset=utf-16le", 415],
    ["text/csv; header=absent", 415],
    ["text/csv-schema", 415],
    ["text/tab-separated-values", 415],
    ["application/csv", 415],
  ];
  for (const [type, status] of types) {
    it(`answers ${status} to ${type}`, async () => {
      const response = await service.request("/owners/types/words", {
        method: "POST",
        body: "position\n1\n",
        headers: { "content-type": type },
      });
      expect(response.status).toBe(status);
      await response.body?.cancel();
    });
  }

  it("says which types it takes", async () => {
    const other = await problemFor("types", "x", "text/plain");
    expect(other.headers.get("accept")).toBe(`application/json, ${NDJSON}, ${CSV}`);
    const charset = await problemFor("types", "x", "text/csv; charset=latin1");
    expect(charset.detail).toContain('"text/csv; charset=utf-8; header=present"');
    const coded = await service.request("/owners/types/words", {
      method: "POST",
      body: "position\n1\n",
      headers: { "content-type": CSV, "content-encoding": "gzip" },
    });
    expect([coded.status, coded.headers.get("accept-encoding")]).toEqual([415, "identity"]);
    await coded.body?.cancel();
  });

  it("returns generated values by line, and the same ones to the same request again", async () => {
    const send = () =>
      service.request("/notes", {
        method: "POST",
        body: 'note\r\n"a\nb"\r\n\r\nc\r\n',
        headers: { "content-type": CSV, "idempotency-key": key },
      }).then((response) => response.text());
    const time = Date.now().toString(16).padStart(12, "0");
    const key = `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
    const linesOf = (report: string) =>
      report.trimEnd().split("\n").map((line) => JSON.parse(line))
        .toSorted((one, other) => (one.line ?? Infinity) - (other.line ?? Infinity));
    const lines = linesOf(await send());
    expect(linesOf(await send())).toEqual(lines);
    expect(lines.map(({ line }) => line)).toEqual([2, 5, undefined]);
    expect(lines.at(-1).summary).toEqual({ read: 5, written: 2, failed: 0 });
  });

  it("says of each line whether its condition held", async () => {
    const send = () =>
      upload(service, "/registrations", {
        body: "station_id,name\ncsv-1,One\ncsv-2,Two\n",
        type: CSV,
      });
    expect((await send()).summary).toEqual({ read: 3, written: 2, failed: 0 });
    const { failures, summary } = await send();
    expect(summary).toEqual({ read: 3, written: 0, failed: 2 });
    expect(failures.map(({ line, code }) => [line, code])).toEqual([[2, "not_applied"], [
      3,
      "not_applied",
    ]]);
  });

  it("takes no values that come from elsewhere", async () => {
    const response = await service.request("/registrations", {
      method: "POST",
      body: "tenant_id,station_id,name\nglobex,csv-3,Three\n",
      headers: { "content-type": CSV },
    });
    const { errors } = await problemOf(response);
    expect(errors?.map(({ pointer }) => pointer)).toEqual(["/body/tenant_id"]);
  });

  it("goes on with thousands of lines, in whichever way each is read", async () => {
    const rows = Array.from(
      { length: 5_000 },
      (_, position) =>
        position % 5 === 0 ? `${position},"a ""quoted""\nword"` : `${position},plain`,
    );
    const body = `position,word\n${rows.join("\n")}`;
    const { summary } = await upload(service, "/owners/many/words", { body, type: CSV });
    expect(summary).toEqual({ read: 6_001, written: 5_000, failed: 0 });
    const { rows: stored } = await service.client.execute(
      "SELECT place, word FROM words WHERE owner = 'many'",
      [],
      { prepare: true, fetchSize: 10_000 },
    );
    expect(stored.map(({ place, word }) => [place, word])).toEqual(
      rows.map((_, position) => [position, position % 5 === 0 ? 'a "quoted"\nword' : "plain"]),
    );
  });

  it("is in the OpenAPI document, beside NDJSON", async () => {
    const document = inlined(await (await fetch(`${service.url}/openapi.json`)).json());
    const { requestBody } = document.paths["/owners/{owner}/words"].post;
    expect(Object.keys(requestBody["x-streams"])).toEqual([NDJSON, CSV]);
    expect(requestBody["x-streams"][CSV]).toEqual({ schema: { type: "string" } });
    expect(requestBody.description).toContain("`text/csv`");
  });
});
