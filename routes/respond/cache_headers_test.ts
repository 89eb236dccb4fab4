import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { Stopwatch } from "../../observe/stopwatch.ts";
import type { AppEnv, RequestContext } from "../context.ts";
import { compileCacheHeaders } from "./cache_headers.ts";

const PUBLIC = { kind: "public" } as const;
const SCOPES = { kind: "scopes", anyOf: [["a"]] } as const;
const span = {} as NonNullable<Parameters<typeof compileCacheHeaders>[0]["cache"]>["span"];

/** What a request with rows of this age is answered with, and what it does with the cache. */
async function ask(
  query: Parameters<typeof compileCacheHeaders>[0],
  { ageMs = 0, method = "GET", asked = "" }: {
    readonly ageMs?: number | null;
    readonly method?: string;
    readonly asked?: string;
  } = {},
) {
  const headers = compileCacheHeaders(query, ["no-transform"]);
  const app = new Hono<AppEnv>();
  app.all("/", (context) => {
    const cassandra = new Stopwatch({ id: "", traces: null, ageMs, queuedMs: 0, slot: null });
    context.set("request", { cassandra } as RequestContext);
    return context.json({ use: headers.useFor(context), headers: headers.of(context) });
  });
  const sent = asked === "" ? {} : { headers: { "cache-control": asked } };
  return await (await app.request("/", { method, ...sent })).json();
}

describe("compileCacheHeaders()", () => {
  const seconds = { ttlMs: 2_500, staleMs: 0, span };

  it("says nothing without @cache", async () => {
    expect(await ask({ cache: null, access: PUBLIC }, { asked: "no-cache" })).toEqual({
      use: "use",
      headers: {},
    });
  });

  it("lets everybody keep the rows of a public route, and else the caller", async () => {
    for (const [access, who] of [[PUBLIC, "public"], [SCOPES, "private"]] as const) {
      const { headers } = await ask({ cache: seconds, access });
      expect(headers).toEqual({ age: "0", "cache-control": `${who}, max-age=2, no-transform` });
    }
  });

  it("says no second too few of the age, nor one too many of the time to live", async () => {
    const cases: [ageMs: number | null, age: string][] = [
      [null, "0"],
      [0, "0"],
      [1, "1"],
      [1_000, "1"],
      [1_001, "2"],
      [9_999, "10"],
    ];
    for (const [ageMs, age] of cases) {
      const { headers } = await ask({ cache: seconds, access: PUBLIC }, { ageMs });
      expect([ageMs, headers.age]).toEqual([ageMs, age]);
    }
    const half = { ...seconds, ttlMs: 500 };
    const { headers } = await ask({ cache: half, access: PUBLIC });
    expect(headers["cache-control"]).toContain("max-age=0,");
  });

  it("lets nobody keep the answer to a POST", async () => {
    const { headers } = await ask({ cache: seconds, access: PUBLIC }, { method: "POST" });
    expect(headers).toEqual({ age: "0" });
  });

  it("lets nobody keep the answer to a read that is put on record", async () => {
    const { headers } = await ask({ cache: seconds, access: PUBLIC, audit: true });
    expect(headers).toEqual({ age: "0" });
  });

  it("asks Cassandra for callers who want that", async () => {
    const cases: [asked: string, use: string][] = [
      ["", "use"],
      ["no-cache", "renew"],
      ["max-age=0, No-Cache", "renew"],
      ["max-age=0", "renew"],
      ['MAX-AGE="0", no-transform', "renew"],
      ["max-age=00", "renew"],
      ["max-age=1", "use"],
      ["max-age=0.5", "use"],
      ["max-age=", "use"],
      ["s-max-age=0", "use"],
      ["no-cached", "use"],
    ];
    for (const [asked, use] of cases) {
      expect([asked, (await ask({ cache: seconds, access: PUBLIC }, { asked })).use]).toEqual([
        asked,
        use,
      ]);
    }
  });
});
