import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { ExactNumber } from "../../codec/json/exact_number.ts";
import type { AppEnv, Identity, RequestContext } from "../context.ts";
import { requestFacts } from "./request_facts.ts";

/** What a token with this claim says of when the user was authenticated. */
async function authTimeOf(claim: unknown): Promise<string | null> {
  const identity = { claims: { auth_time: claim } } as unknown as Identity;
  const request = { id: "a", route: "/notes", identity, unproven: null };
  const app = new Hono<AppEnv>().get("/", (context) => {
    context.set("request", request as unknown as RequestContext);
    return context.json(requestFacts(context, () => "192.0.2.1"));
  });
  return (await (await app.request("/")).json()).auth_time;
}

describe("requestFacts()", () => {
  it("says when the user was authenticated", async () => {
    expect(await authTimeOf(1_700_000_000)).toBe("2023-11-14T22:13:20.000Z");
    expect(await authTimeOf(new ExactNumber("1700000000.5"))).toBe("2023-11-14T22:13:20.500Z");
  });

  for (const claim of [1e12, -1e11, 1e300, new ExactNumber("-1e30"), "1700000000", null]) {
    it(`says nothing where the claim is ${claim}`, async () => {
      expect(await authTimeOf(claim)).toBe(null);
    });
  }
});
