import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import type { AppEnv } from "../context.ts";
import { throughSteps } from "../through_steps.ts";
import { spareCaches } from "./spare_caches.ts";

const FIELDS = ["RateLimit", "Server-Timing", "X-Request-Id"];

describe("spareCaches()", () => {
  const CASES: [control: string, isShared: boolean][] = [
    ["public, max-age=60", true],
    ["max-age=60", true],
    ["s-maxage=60", true],
    ["no-cache", true],
    ["public, x-private, no-stored", true],
    ['private="set-cookie", max-age=60', true],
    ["private, max-age=60", false],
    ["max-age=0,private", false],
    ["Private", false],
    ["no-store", false],
    ["no-store, no-transform", false],
  ];
  for (const [control, isShared] of CASES) {
    it(`${isShared ? "leaves out" : "keeps"} what is about a request with "${control}"`, async () => {
      const app = new Hono<AppEnv>();
      app.use(throughSteps([spareCaches()]));
      app.get("/", (context) => {
        for (const name of FIELDS) context.header(name, "1");
        return context.text("", 200, { "cache-control": control, "ratelimit-policy": "1" });
      });
      const { headers } = await app.request("/");
      expect(FIELDS.filter((name) => headers.has(name))).toEqual(isShared ? [] : FIELDS);
      expect(headers.get("ratelimit-policy")).toBe("1");
    });
  }
});
