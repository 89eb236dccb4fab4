import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import type { AppEnv } from "../context.ts";
import { throughSteps } from "../through_steps.ts";
import { spareCaches } from "./spare_caches.ts";

const OF_ONE_REQUEST = ["RateLimit", "Server-Timing", "X-Request-Id"];
const NONCE = ["DPoP-Nonce"];
const ALL = [...OF_ONE_REQUEST, ...NONCE];

describe("spareCaches()", () => {
  const CASES: [control: string, kept: readonly string[]][] = [
    ["public, max-age=60", []],
    ["max-age=60", []],
    ["s-maxage=60", []],
    ["no-cache", NONCE],
    ['no-cache="set-cookie", max-age=60', []],
    ["public, x-private, no-stored, no-cached", []],
    ['private="set-cookie", max-age=60', []],
    ["private, max-age=60", OF_ONE_REQUEST],
    ["max-age=0,private", OF_ONE_REQUEST],
    ["Private", OF_ONE_REQUEST],
    ["private, no-cache, no-transform", ALL],
    ["no-store", ALL],
    ["No-Store, no-transform", ALL],
  ];
  for (const [control, kept] of CASES) {
    it(`keeps ${kept.join(", ") || "nothing"} with "${control}"`, async () => {
      const app = new Hono<AppEnv>();
      app.use(throughSteps([spareCaches()]));
      app.get("/", (context) => {
        for (const name of ALL) context.header(name, "1");
        return context.text("", 200, { "cache-control": control, "ratelimit-policy": "1" });
      });
      const { headers } = await app.request("/");
      expect(ALL.filter((name) => headers.has(name))).toEqual(kept);
      expect(headers.get("ratelimit-policy")).toBe("1");
    });
  }
});
