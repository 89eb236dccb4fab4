import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { type InputError, ServiceError } from "../../errors/service_error.ts";
import { finish } from "../../runtime/steps.ts";
import { createSeeds } from "../generate/seed.ts";
import { compileInput } from "./compile_input.ts";
import { factsOf } from "../../tests/support/cql/input_facts.ts";
import type { RawInput } from "./raw_input.ts";
import { NO_OWN_PARAMS } from "./own_params.ts";

const RECORD = factsOf(
  `-- name: record :exec
-- @route PUT /stations/{station_id}
-- @scope stations:write
-- @param tenant in claim:tenant
-- @param trace_label? in header
-- @param keep in query default=60 max=1000
-- @param note? in body
UPDATE stations USING TTL :keep SET name = :name, note = :note, label = :trace_label
 WHERE tenant = :tenant AND station_id = :station_id;`,
  {
    tenant: "text",
    station_id: "text",
    keep: "int",
    name: "text",
    note: "text",
    trace_label: "text",
  },
  { keys: ["tenant", "station_id"], nullable: ["note"] },
);

interface Sent extends Partial<Omit<RawInput, "query" | "headers">> {
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

function request({ query = "", headers = {}, ...rest }: Sent = {}): RawInput {
  return {
    path: { station_id: "hill" },
    body: { name: "Hill" },
    claims: { tenant: "acme" },
    seeds: createSeeds(),
    query: new URLSearchParams(query),
    headers: new Headers(headers),
    ...rest,
  };
}

function textOf(bytes: Buffer | null | undefined): string | null | undefined {
  return bytes ? bytes.toString() : bytes;
}

/** What `read` throws, as `code` or as pointers and details. */
function mistakesOf(read: () => unknown): Record<string, string> | string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code !== "invalid_input") return error.code;
    return Object.fromEntries(
      error.errors.map(({ pointer, detail }: InputError) => [pointer, detail]),
    );
  }
  return "no mistake";
}

describe("compileInput()", () => {
  const readSteps = compileInput(RECORD, NO_OWN_PARAMS);
  const read = (input: RawInput) => finish(readSteps(input));

  it("takes each value from its place", () => {
    const { values } = read(request({ query: "keep=7", headers: { "trace-label": "x" } }));
    expect(textOf(values.tenant)).toBe("acme");
    expect(textOf(values.station_id)).toBe("hill");
    expect(textOf(values.name)).toBe("Hill");
    expect(textOf(values.trace_label)).toBe("x");
    expect(values.keep?.readInt32BE()).toBe(7);
  });

  it("leaves out what may be left out, and keeps null apart", () => {
    const without = read(request()).values;
    expect([without.note, without.trace_label]).toEqual([undefined, undefined]);
    expect(without.keep?.readInt32BE()).toBe(60);
    expect(read(request({ body: { name: "Hill", note: null } })).values.note).toBeNull();
  });

  it("reads a header as the UTF-8 that its bytes are", () => {
    const bytes = new TextEncoder().encode("é");
    const latin1 = new TextDecoder("latin1").decode(bytes);
    const { values } = read(request({ headers: { "trace-label": latin1 } }));
    expect(textOf(values.trace_label)).toBe("é");
    expect(mistakesOf(() => read(request({ headers: { "trace-label": "\xe9" } }))))
      .toEqual({ "/header/Trace-Label": "Expected text in UTF-8" });
    const marked = Buffer.from("\ufeffé").toString("latin1");
    expect(read(request({ headers: { "trace-label": marked } })).values.trace_label)
      .toEqual(Buffer.from("\ufeffé"));
  });

  it("reports every mistake at once, by its place", () => {
    const wrong = request({
      path: { station_id: "" },
      query: "keep=x&kep=1",
      body: { nme: "Hill", note: 1, "a/b": 1 },
    });
    expect(mistakesOf(() => read(wrong))).toEqual({
      "/query/keep": expect.any(String),
      "/query/kep": 'Unknown: did you mean "keep"?',
      "/body/name": "Required",
      "/body/note": expect.any(String),
      "/body/nme": 'Unknown: did you mean "name"?',
      "/body/a~1b": expect.stringContaining("Unknown"),
    });
  });

  it("reports the mistakes of the service's own parameters with the others", () => {
    const own = {
      names: ["limit"],
      read(query: URLSearchParams, errors: InputError[]) {
        errors.push({ pointer: "/query/limit", detail: query.get("limit") ?? "" });
      },
    };
    const mistakes = mistakesOf(() =>
      finish(compileInput(RECORD, own)(request({ query: "limit=0&x=1" })))
    );
    expect(mistakes).toEqual({ "/query/limit": "0", "/query/x": expect.any(String) });
  });

  it("refuses a key that is too long, and a single one that is empty", () => {
    const long = "x".repeat(65_536);
    expect(mistakesOf(() => read(request({ path: { station_id: long } }))))
      .toEqual({ "/path/station_id": expect.stringContaining("65535 bytes") });
    const single = factsOf(
      "-- name: get :one\n-- @route GET /own\n-- @public\nSELECT v FROM t WHERE k = :k;",
      { k: "text" },
      { keys: ["k"] },
    );
    const readSingle = compileInput(single, NO_OWN_PARAMS);
    expect(mistakesOf(() => finish(readSingle(request({ query: "k=", body: {} })))))
      .toEqual({ "/query/k": "Expected at least one byte" });
  });

  it("takes a value given twice for a list, which a plain value is not", () => {
    expect(mistakesOf(() => read(request({ query: "keep=1&keep=1" }))))
      .toEqual({ "/query/keep": expect.any(String) });
  });

  it("says of a plus sign in a query that it is a space there, if that is the mistake", () => {
    const read = compileInput(
      factsOf(
        `-- name: list :many
-- @route GET /own
-- @public
SELECT v FROM t WHERE k = :k AND at > :at AND n = :n AND b = :b;`,
        { k: "text", at: "timestamp", n: "double", b: "blob" },
        { keys: ["k"] },
      ),
      NO_OWN_PARAMS,
    );
    const ofQuery = (query: string) => mistakesOf(() => finish(read(request({ query, body: {} }))));
    const hint = expect.stringMatching(/^Expected .*: write its "\+" as "%2B", since/);
    const none = expect.not.stringContaining("%2B");
    expect(ofQuery("k=a+b&at=2010-01-01T00:00:00+02:00&n=1e+3x&b=yv4+"))
      .toEqual({ "/query/at": hint, "/query/n": none, "/query/b": hint });
    expect(ofQuery("k=a+b&at=2010-01-01+00:00&n=1e+30&b=yv4%2B"))
      .toEqual({ "/query/at": none, "/query/n": hint });
    expect(ofQuery("k=a+b&at=2010-01-01T00:00:00%2B02:00&n=1e%2B30&b=yv4%2B")).toBe("no mistake");
  });

  it("repeats long names that it does not know a few times, not a hundred", () => {
    const pointersFor = (length: number) => {
      const names = Array.from({ length: 50 }, (_, index) => "~".repeat(length) + index);
      const body = Object.fromEntries(names.map((name) => [name, 1]));
      return Object.keys(mistakesOf(() => read(request({ body: { name: "Hill", ...body } }))));
    };
    expect(pointersFor(100)).toHaveLength(50);
    // Each "~" is "~0" in a pointer.
    expect(pointersFor(10_000)).toHaveLength(3);
    // The first is told, however long it is.
    expect(pointersFor(100_000)).toHaveLength(1);
  });

  it("reports no more than a hundred mistakes", () => {
    const body = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1]),
    );
    expect(Object.keys(mistakesOf(() => read(request({ body }))))).toHaveLength(100);
  });

  it("is missing_claim without the claim, whatever else is wrong", () => {
    expect(mistakesOf(() => read(request({ claims: {}, body: {} })))).toBe("missing_claim");
  });

  it("looks at preconditions last", () => {
    const headers = { "if-match": '"1"' };
    expect(mistakesOf(() => read(request({ headers, body: {} })))).toEqual({
      "/body/name": "Required",
    });
    expect(mistakesOf(() => read(request({ headers })))).toBe("unsupported_precondition");
  });
});
