/** Streams that hand-written routes make of anything but rows: they count and are logged like streams of rows. */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { seen } from "../fixtures/routes/streams/own_stream.ts";
import { eventually } from "../support/eventually.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    routes: ["streams/own_stream"],
    env: { MAX_STREAMS: "2", MAX_STREAMS_PER_ROUTE: "1", MAX_IN_FLIGHT_PER_CALLER: "0" },
  });
});
after(() => service[Symbol.asyncDispose]());

type AccessEntry = Extract<Observation, { kind: "request" }>;

function findEntry(requestId: string | null): AccessEntry | undefined {
  return service.observations.find((each): each is AccessEntry =>
    each.kind === "request" && each.requestId === requestId
  );
}

async function entryOf({ headers }: Response): Promise<AccessEntry> {
  return await eventually(
    "the request is logged",
    () => findEntry(headers.get("x-request-id")),
  );
}

/** Asks for the endless stream, and reads what it has. */
async function open(): Promise<{ response: Response; leave: () => Promise<void> }> {
  const abort = new AbortController();
  const { href } = new URL("/events/endless", service.url);
  const response = await fetch(href, { signal: abort.signal });
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toBe("data: 1\n\n");
  return {
    response,
    async leave() {
      abort.abort();
      await reader.closed.catch(() => {});
    },
  };
}

describe("A stream of a handler's own", () => {
  it("lasts until its caller leaves, and is cancelled then even while it waits for its next piece", async () => {
    const { cancelled } = seen;
    const { response, leave } = await open();
    expect(findEntry(response.headers.get("x-request-id"))).toBeUndefined();
    await leave();
    expect(await entryOf(response)).toMatchObject({ status: 200, completed: false, code: null });
    await eventually("it is cancelled", () => seen.cancelled === cancelled + 1);
  });

  it("counts as a stream, and is cancelled where there are too many", async () => {
    const { cancelled } = seen;
    const { response, leave } = await open();
    const refused = await service.request("/events/endless");
    expect((await problemOf(refused)).code).toBe("too_many_streams");
    await eventually("the other is cancelled", () => seen.cancelled === cancelled + 1);
    await leave();
    await entryOf(response);
    await eventually("its place is free", async () => {
      const { status, body } = await service.request("/events/fails");
      await body?.cancel();
      return status === 200;
    });
  });

  it("breaks off where it fails, and the log says why", async () => {
    const response = await service.request("/events/fails");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    const entry = await entryOf(response);
    expect(entry).toMatchObject({ status: 200, completed: false, code: "internal" });
    expect(String(entry.cause)).toContain("It broke on the way");
  });

  it("has to be of bytes, and the log says how to make it so", async () => {
    const response = await service.request("/events/texts");
    expect((await problemOf(response)).code).toBe("internal");
    const { cause } = await entryOf(response);
    expect(String(cause)).toContain('a piece of type "string"');
    expect(String(cause)).toContain("pipeThrough(new TextEncoderStream())");
  });
});
