import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import type { AppEnv } from "../context.ts";
import { createLoad } from "../load/load.ts";
import { throughSteps } from "../through_steps.ts";
import { requestId } from "./request_id.ts";
import { shedLoad } from "./shed_load.ts";

/** An app that serves one request at a time, and answers when it is told to. */
function appOf() {
  const load = createLoad({
    maxInFlight: 1,
    maxInFlightPerCaller: 0,
    inFlightLimit: "fixed",
    maxStreams: 1,
    maxStreamsPerRoute: null,
    maxUnreadBytes: 1,
    requestTimeoutMs: 60_000,
  });
  const app = new Hono<AppEnv>();
  app.use(throughSteps([
    requestId({ publicUrl: (path) => path, stallTimeoutMs: 60_000 }),
    shedLoad({ load, addressOf: () => "127.0.0.1" }),
  ]));
  return { app, load };
}

describe("shedLoad()", () => {
  it("notes how long a request waited, which a stream does not pay for", async () => {
    const { app, load } = appOf();
    const held = Promise.withResolvers<void>();
    app.get("/hold", async (context) => {
      await promptly("the test lets it be answered", held.promise);
      return context.text(`${context.get("request").cassandra.request!.queuedMs}`);
    });
    app.get("/stream", (context) => {
      const request = context.get("request");
      const before = request.cassandra.request!.queuedMs;
      request.holdStream("stream");
      return context.text(`${before} ${request.cassandra.request!.queuedMs}`);
    });
    const first = app.request("/hold");
    const second = app.request("/stream");
    await eventually(
      "one is served, and one waits",
      () => load.admission.served === 1 && load.admission.queued === 1,
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    held.resolve();
    expect(await (await first).text()).toBe("0");
    const [waited, left] = (await (await second).text()).split(" ").map(Number);
    expect(waited).toBeGreaterThan(20);
    expect(left).toBe(0);
  });

  it("notes how long a request waited to come back in, besides its first wait", async () => {
    const { app, load } = appOf();
    const [begin, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    app.post("/slow", async (context) => {
      const { slot, cassandra } = context.get("request");
      cassandra.request!.queuedMs += 1_000;
      slot!.stepOut(0);
      await promptly("the test lets it come back", begin.promise);
      await slot!.stepIn(context.req.raw);
      return context.text(`${cassandra.request!.queuedMs - 1_000}`);
    });
    app.get("/hold", async (context) => {
      await promptly("the test lets it be answered", end.promise);
      return context.text(`${context.get("request").cassandra.request!.queuedMs}`);
    });
    const slow = app.request("/slow", { method: "POST" });
    await eventually("its slot is free", () => load.admission.served === 0);
    const other = app.request("/hold");
    await eventually("another has it", () => load.admission.served === 1);
    begin.resolve();
    await eventually("it waits", () => load.admission.queued === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    end.resolve();
    expect(await (await other).text()).toBe("0");
    expect(Number(await (await slow).text())).toBeGreaterThan(20);
    expect(load.admission.served).toBe(0);
  });
});
