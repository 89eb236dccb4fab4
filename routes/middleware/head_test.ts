import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { promptly } from "../../tests/support/eventually.ts";
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
      const headers = { host: "localhost", connection: "keep-alive" };
      const [get, head] = await Promise.all(["GET", "HEAD"].map(async (method) => {
        const response = await fetch(new Request(url, { method, headers }), INFO);
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

/** Answers a `HEAD` that has no `Connection`, as those over HTTP/2 have none. */
async function headOverHttp2(
  body: BodyInit | null,
  headers: Record<string, string> = {},
  own: Record<string, string> = {},
) {
  const fetch = new WholeResponses().fetchFrom({
    fetch: () => new Response(body, { status: 203, headers: own }),
  });
  const request = new Request("http://localhost/", { method: "HEAD", headers });
  const answer = await promptly("HEAD is answered", Promise.resolve(fetch(request, INFO)));
  return [answer.status, answer.body, answer.headers.get("content-length")];
}

describe("The answer to HEAD over HTTP/2", () => {
  it("has the length of a text, and no body", async () => {
    expect(await headOverHttp2("é~")).toEqual([203, null, "3"]);
  });

  it("has no body if the request has a Host, too", async () => {
    expect(await headOverHttp2("text", { host: "localhost" })).toEqual([203, null, "4"]);
  });

  it("has the length of bytes, even where a coding changes nothing", async () => {
    const headers = { "accept-encoding": "identity" };
    expect(await headOverHttp2(new Uint8Array(70_000), headers)).toEqual([203, null, "70000"]);
  });

  it("has no length that a coding may change", async () => {
    expect(await headOverHttp2("text", { "accept-encoding": "zstd, gzip;q=0.5" })).toEqual([
      203,
      null,
      null,
    ]);
  });

  it("has the length of what is not to be compressed, or is so already", async () => {
    const headers = { "accept-encoding": "gzip" };
    expect(await headOverHttp2("text", headers, { "cache-control": "no-store, no-transform" }))
      .toEqual([203, null, "4"]);
    expect(
      await headOverHttp2("text", headers, { "content-encoding": "br", "content-length": "4" }),
    )
      .toEqual([203, null, "4"]);
  });

  it("has no length that its handler has measured, if a coding may change it", async () => {
    const own = { "content-length": "4" };
    expect(await headOverHttp2("text", { "accept-encoding": "gzip" }, own))
      .toEqual([203, null, null]);
    expect(await headOverHttp2("text", {}, own)).toEqual([203, null, "4"]);
  });

  it("has no length of a stream, whatever comes of it, and lets go of it", async () => {
    const cancelled: string[] = [];
    const streamOf = (name: string, pieces: number) =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let piece = 0; piece < pieces; piece++) controller.enqueue(new Uint8Array(3));
        },
        cancel: () => void cancelled.push(name),
      });
    expect(await headOverHttp2(streamOf("none", 0))).toEqual([203, null, null]);
    expect(await headOverHttp2(streamOf("one", 1))).toEqual([203, null, null]);
    expect(await headOverHttp2(streamOf("two", 2))).toEqual([203, null, null]);
    expect(cancelled).toEqual(["none", "one", "two"]);
  });

  it("stays without a body as it is", async () => {
    expect(await headOverHttp2(null)).toEqual([203, null, null]);
  });
});
