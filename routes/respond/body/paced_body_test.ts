import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually, promptly } from "../../../tests/support/eventually.ts";
import { type BodyEnd, pacedBody, ReaderStalled } from "./paced_body.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const encoder = new TextEncoder();

/** Pieces of text; how many have been asked for, and whether they were ended before their end. */
function source(texts: readonly string[], { failsAfter = Infinity } = {}) {
  const state = { asked: 0, isReturned: false };
  async function* pieces(): AsyncGenerator<Bytes> {
    let isWhole = false;
    try {
      for (const text of texts) {
        if (state.asked++ >= failsAfter) throw new Error("No more of it");
        yield encoder.encode(text);
        await Promise.resolve();
      }
      isWhole = true;
    } finally {
      state.isReturned = !isWhole;
    }
  }
  return { pieces: pieces(), state };
}

function body(
  pieces: AsyncGenerator<Bytes>,
  { stallTimeoutMs = 60_000, isText = true } = {},
) {
  const ended = Promise.withResolvers<BodyEnd>();
  const stream = pacedBody(pieces, {
    requestId: "r",
    stallTimeoutMs,
    takeSlot: () => Promise.resolve(),
    ...(isText ? { unfinished: { text: () => '{"' } } : {}),
    onEnd: ended.resolve,
  });
  return { stream, ended: ended.promise };
}

describe("pacedBody()", () => {
  it("gives every piece, and says that it is whole", async () => {
    const { stream, ended } = body(source(["a", "b", "c"]).pieces);
    expect(await new Response(stream).text()).toBe("abc");
    expect(await ended).toEqual({ completed: true });
  });

  it("asks for no piece before the one before is taken", async () => {
    const { pieces, state } = source(["a", "b", "c"]);
    const { stream } = body(pieces);
    const reader = stream.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(state.asked).toBe(1);
    await reader.cancel();
  });

  it("leaves the text unfinished where a piece fails, then breaks", async () => {
    const { stream, ended } = body(source(["a", "b"], { failsAfter: 1 }).pieces);
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    expect(decoder.decode((await reader.read()).value)).toBe("a");
    expect(decoder.decode((await reader.read()).value)).toBe('{"');
    await expect(reader.read()).rejects.toMatch("broke off");
    expect(await ended).toMatchObject({ completed: false, cause: { message: "No more of it" } });
  });

  it("ends the text by what has gone out before", async () => {
    let out = "";
    const stream = pacedBody(source(["a", "b", "c"], { failsAfter: 2 }).pieces, {
      requestId: "r",
      stallTimeoutMs: 60_000,
      takeSlot: () => Promise.resolve(),
      unfinished: {
        follow: (piece) => out += new TextDecoder().decode(piece),
        text: () => `, after ${out}`,
      },
      onEnd: () => {},
    });
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    const texts = [];
    for (let read = 0; read < 3; read++) texts.push(decoder.decode((await reader.read()).value));
    expect(texts).toEqual(["a", "b", ", after ab"]);
  });

  it("breaks at once where a piece fails and nothing is to stand there", async () => {
    const { stream } = body(source(["a", "b"], { failsAfter: 1 }).pieces, { isText: false });
    const reader = stream.getReader();
    await reader.read();
    await expect(reader.read()).rejects.toMatch("broke off");
  });

  it("is given up where a piece is not taken in time, and lets go of its pieces", async () => {
    const { pieces, state } = source(["a", "b", "c"]);
    const { stream, ended } = body(pieces, { stallTimeoutMs: 20 });
    const reader = stream.getReader();
    await reader.read();
    const end = await ended;
    expect(end).toMatchObject({ completed: false, cause: expect.any(ReaderStalled) });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(state.isReturned).toBe(true);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('{"');
    await expect(reader.read()).rejects.toMatch("broke off");
  });

  it("is given up where nobody ever reads", async () => {
    const { ended } = body(source(["a"]).pieces, { stallTimeoutMs: 20 });
    expect(await ended).toMatchObject({ completed: false });
  });

  it("waits for a piece for as long as it takes", async () => {
    async function* slow(): AsyncGenerator<Bytes> {
      await new Promise((resolve) => setTimeout(resolve, 80));
      yield encoder.encode("late");
    }
    const { stream, ended } = body(slow(), { stallTimeoutMs: 20 });
    expect(await new Response(stream).text()).toBe("late");
    expect(await ended).toEqual({ completed: true });
  });

  it("ends where its caller leaves, and lets go of its pieces", async () => {
    const { pieces, state } = source(["a", "b"]);
    const { stream, ended } = body(pieces);
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    expect(await ended).toEqual({ completed: false, cause: undefined });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(state.isReturned).toBe(true);
  });

  for (const leaves of [true, false]) {
    it(`hears of no failure of pieces to end where its caller ${leaves ? "leaves" : "stalls"}`, async () => {
      const unheard: unknown[] = [];
      const hear = (event: PromiseRejectionEvent) => {
        event.preventDefault();
        unheard.push(event.reason);
      };
      globalThis.addEventListener("unhandledrejection", hear);
      const failed = Promise.withResolvers<void>();
      async function* pieces(): AsyncGenerator<Bytes> {
        try {
          while (true) yield encoder.encode("a");
        } finally {
          failed.resolve();
          // deno-lint-ignore no-unsafe-finally
          throw new Error("Cannot end the source");
        }
      }
      const { stream, ended } = body(pieces(), { stallTimeoutMs: leaves ? 60_000 : 20 });
      const reader = stream.getReader();
      await reader.read();
      if (leaves) await reader.cancel();
      expect(await ended).toMatchObject({ completed: false });
      await promptly("the source fails to end", failed.promise);
      await new Promise((resolve) => setTimeout(resolve, 0));
      globalThis.removeEventListener("unhandledrejection", hear);
      expect(unheard).toEqual([]);
    });
  }

  it("ends once where callers leave while they are handed a piece", async () => {
    // Long beside any pause of the machine, in which nothing is taken either.
    const stallTimeoutMs = 3_000;
    const ends: BodyEnd[] = [];
    async function* endless(): AsyncGenerator<Bytes> {
      while (true) {
        // Longer than the runtime takes to see that a connection is closed.
        const until = performance.now() + 2;
        while (performance.now() < until);
        yield new Uint8Array(16);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    const handler = () =>
      new Response(pacedBody(endless(), {
        requestId: "r",
        stallTimeoutMs,
        takeSlot: () => Promise.resolve(),
        onEnd: (end) => ends.push(end),
      }));
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
    const { port } = server.addr;
    const callers = await Promise.all(Array.from({ length: 10 }, async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(encoder.encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      await connection.read(new Uint8Array(64));
      return connection;
    }));
    for (const caller of callers) caller.close();
    await eventually("all have ended", () => ends.length === callers.length);
    // Nothing is left that would end them again.
    await new Promise((resolve) => setTimeout(resolve, stallTimeoutMs + 50));
    expect(ends).toEqual(callers.map(() => ({ completed: false, cause: undefined })));
  });
});
