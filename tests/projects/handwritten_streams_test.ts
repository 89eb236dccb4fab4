/**
 * Streams that hand-written routes make of anything but rows of a stream: they count and are logged as those do, and
 * may call queries as long as they last.
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { seen as lateReads } from "../fixtures/routes/streams/late_reads.ts";
import { seen } from "../fixtures/routes/streams/own_stream.ts";
import { eventually, promptly } from "../support/eventually.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";

const REQUEST_TIMEOUT_MS = 2_000;

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    cql: {
      migration: "CREATE TABLE late_notes (id int PRIMARY KEY, note text);",
      queries: "-- name: late_note :one\nSELECT note FROM late_notes WHERE id = :id;",
    },
    routes: ["streams/own_stream", "streams/late_reads"],
    env: {
      REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`,
      MAX_STREAMS: "2",
      MAX_STREAMS_PER_ROUTE: "1",
      MAX_IN_FLIGHT_PER_CALLER: "0",
    },
  });
  await service.client.execute("INSERT INTO late_notes (id, note) VALUES (1, 'first')");
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

describe("A query that is called with a value that JSON has no form for", () => {
  it("is a mistake of the handler, and not of the client", async () => {
    const response = await service.request("/late-notes/1/wrongly");
    expect((await problemOf(response)).code).toBe("internal");
    const { cause } = await entryOf(response);
    expect(String(cause)).toContain(
      'Cannot call query "late_note" with a value "id": JSON has no form for a bigint: pass String(value)',
    );
  });
});

describe("A query that is called when the handler has returned", () => {
  it("is read in the stream that the handler answers with, and each has the whole time", async () => {
    const asked = `/late-notes/1/streaming?waited_ms=${REQUEST_TIMEOUT_MS + 200}`;
    const response = await service.request(asked);
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    expect(new Set(lines)).toEqual(new Set(['{"note":"first"}']));
    const { completed, cassandraMs } = await entryOf(response);
    expect(completed).toBe(true);
    expect(cassandraMs).toBeGreaterThan(REQUEST_TIMEOUT_MS);
  });

  it("fails where the request is over, and says what to do", async () => {
    lateReads.late = Promise.withResolvers();
    const refused = lateReads.late.promise.catch((error: unknown) => error);
    const response = await service.request("/late-notes/1/afterwards");
    expect([response.status, await response.text()]).toEqual([200, ""]);
    const refusal = await promptly("the read ends", refused);
    expect(refusal).toBeInstanceOf(TypeError);
    expect(String(refusal)).toContain(
      'Cannot call query "late_note": the request is over: await every call',
    );
  });
});
