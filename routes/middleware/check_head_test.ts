import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import type { AppEnv } from "../context.ts";
import { checkHead, MAX_HEADERS, MAX_QUERY_PARAMETERS } from "./check_head.ts";
import { requestId } from "./request_id.ts";
import { throughSteps } from "../through_steps.ts";

const LIMITS = { maxUrlLength: 4_096, maxHeaderBytes: 2_048 };
const ORIGIN = "http://localhost";

/** The code that a request is refused with; null if it passes. */
async function outcomeOf(path: string, headers: Record<string, string> = {}) {
  const app = new Hono<AppEnv>();
  app.use(
    throughSteps([
      requestId({ publicUrl: (path) => path, stallTimeoutMs: 60_000 }),
      checkHead(LIMITS),
    ]),
  );
  app.all("*", (context) => context.json({ code: "passed" }));
  const response = await app.request(new Request(ORIGIN + path, { headers }));
  return (await response.json()).code;
}

const path = (length: number) => `/${"a".repeat(length - ORIGIN.length - 1)}`;
const query = (count: number) => `/?${Array.from({ length: count }, () => "a").join("&")}`;
const headers = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, ""]));
/** One header whose name and value together have this many bytes. */
const header = (bytes: number) => ({ x: "é".repeat(bytes - 1) });

const CASES: readonly [what: string, outcome: string, path: string, Record<string, string>?][] = [
  ["a URL as long as allowed", "passed", path(LIMITS.maxUrlLength)],
  ["a longer URL", "url_too_long", path(LIMITS.maxUrlLength + 1)],
  ["as many parameters as allowed", "passed", query(MAX_QUERY_PARAMETERS)],
  ["more parameters", "malformed_request", query(MAX_QUERY_PARAMETERS + 1)],
  ["as many ampersands in a path", "passed", `/${"&".repeat(MAX_QUERY_PARAMETERS + 1)}`],
  ["as many headers as allowed", "passed", "/", headers(MAX_HEADERS)],
  ["more headers", "headers_too_large", "/", headers(MAX_HEADERS + 1)],
  ["headers as large as allowed", "passed", "/", header(LIMITS.maxHeaderBytes)],
  ["larger headers", "headers_too_large", "/", header(LIMITS.maxHeaderBytes + 1)],
];

describe("checkHead()", () => {
  for (const [what, outcome, url, fields] of CASES) {
    it(`${outcome === "passed" ? "takes" : "refuses"} ${what}`, async () => {
      expect(await outcomeOf(url, fields)).toBe(outcome);
    });
  }
});
