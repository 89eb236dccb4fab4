import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import type { AppEnv } from "../context.ts";
import { WholeResponses } from "./head.ts";
import { throughSteps } from "../through_steps.ts";

const INFO = {} as Deno.ServeHandlerInfo<Deno.NetAddr>;

function served(): ReturnType<WholeResponses["fetchFrom"]> {
  const app = new Hono<AppEnv>();
  const responses = new WholeResponses();
  app.use(throughSteps([responses.keep()]));
  app.get("/text", (context) => context.text("as for GET", 200, { "x-own": "yes" }));
  app.notFound((context) => context.text("nothing here", 404));
  return responses.fetchFrom(app);
}

describe("WholeResponses", () => {
  for (const [path, status] of [["/text", 200], ["/nowhere", 404]] as const) {
    it(`gives the runtime the whole answer to HEAD ${path}, for it to measure`, async () => {
      const fetch = served();
      const url = `http://localhost${path}`;
      const [get, head] = await Promise.all(["GET", "HEAD"].map(async (method) => {
        const response = await fetch(new Request(url, { method }), INFO);
        return [response.status, [...response.headers], await response.text()];
      }));
      expect(head).toEqual(get);
      expect(head![0]).toBe(status);
    });
  }

  it("leaves the answers to other methods alone", async () => {
    const response = await served()(new Request("http://localhost/text", { method: "POST" }), INFO);
    expect(response.status).toBe(404);
  });
});
