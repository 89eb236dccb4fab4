import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import { listen, type Refusal } from "./listen.ts";

const GRACE_MS = 600_000;

/** Begins a request whose body never ends, and gives the status line of its answer. */
async function sendUnfinished(connection: Deno.Conn, method: string): Promise<string> {
  const head = `${method} / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`;
  await connection.write(new TextEncoder().encode(`${head}1\r\na\r\n`));
  const bytes = new Uint8Array(1_024);
  const length = await connection.read(bytes);
  return new TextDecoder().decode(bytes.subarray(0, length ?? 0)).split("\r\n")[0]!;
}

interface WatchedServer {
  /** Has it stop accepting, by all that it says; what it has is served, as where descriptors run out. */
  lose(): void;
  readonly ended: Promise<void>;
  end(): Promise<void>;
}

/** The servers that are started, each at a port of its own. */
function watchServers() {
  const { serve } = Deno;
  const all: WatchedServer[] = [];
  Deno.serve = ((options: Deno.ServeTcpOptions, handler: Deno.ServeHandler<Deno.NetAddr>) => {
    const server = serve({ ...options, port: 0 }, handler);
    const lost = Promise.withResolvers<never>();
    const finished = Promise.race([server.finished, lost.promise]);
    all.push({
      lose: () => lost.reject(new Error("Too many open files")),
      ended: server.finished,
      end: () => server.shutdown(),
    });
    return { addr: server.addr, finished, shutdown: () => server.shutdown() };
  }) as typeof Deno.serve;
  return { all, [Symbol.dispose]: () => void (Deno.serve = serve) };
}

describe("listen()", () => {
  for (const method of ["POST", "GET"]) {
    it(`waits for nobody who was answered before the body of a ${method} was whole`, async () => {
      const listener = listen(
        { hostname: "127.0.0.1", port: 0, onLost: () => {} },
        () => new Response(null, { status: 413 }),
      );
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
      expect(await sendUnfinished(connection, method)).toContain("413");
      await promptly("it ends before the grace is over", listener.finish(GRACE_MS));
    });
  }

  it("refuses what comes during the grace, and says that the connection ends", async () => {
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const refusals: unknown[] = [];
    const onRefusal = (_: Request, { code, requestId }: Refusal) =>
      refusals.push([code, requestId]);
    const options = { hostname: "127.0.0.1", port: 0, onLost: () => {}, onRefusal };
    const listener = listen(options, async () => {
      arrived.resolve();
      await promptly("the test lets it be answered", held.promise);
      return new Response("served");
    });
    const url = `http://127.0.0.1:${listener.port}/`;
    const upload = fetch(url, { method: "POST" }).then((response) => response.text());
    await promptly("the upload has arrived", arrived.promise);
    const finished = listener.finish(GRACE_MS);
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get("connection")]).toEqual([503, "close"]);
    const { code, request_id } = await refused.json();
    expect([code, refused.headers.get("x-request-id")]).toEqual(["not_ready", request_id]);
    expect(refusals).toEqual([["not_ready", request_id]]);
    held.resolve();
    expect(await upload).toBe("served");
    await finished;
  });

  it("waits for what is in flight on the connections of a server that was lost", async () => {
    using servers = watchServers();
    const [held, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const listener = listen({ hostname: "127.0.0.1", port: 0, onLost: () => {} }, async () => {
      arrived.resolve();
      await promptly("the test lets it be answered", held.promise);
      return new Response("served");
    });
    const [first] = servers.all;
    const answer = fetch(`http://127.0.0.1:${listener.port}/`).then((response) => response.text());
    await promptly("the request has arrived", arrived.promise);
    first!.lose();
    const next = await eventually("it listens again", () => servers.all[1]);
    let isFinished = false;
    const finished = listener.finish(GRACE_MS).then(() => isFinished = true);
    await promptly("the new server has ended", next.ended);
    // It is enough for what follows that end.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isFinished).toBe(false);
    held.resolve();
    expect(await answer).toBe("served");
    await promptly("it ends before the grace is over", finished);
    await first!.end();
  });

  it("waits for an answer that goes on", async () => {
    const stream = new TransformStream<string, string>();
    const listener = listen(
      { hostname: "127.0.0.1", port: 0, onLost: () => {} },
      () => new Response(stream.readable.pipeThrough(new TextEncoderStream())),
    );
    const writer = stream.writable.getWriter();
    const answer = fetch(`http://127.0.0.1:${listener.port}/`).then((response) => response.text());
    await writer.write("first ");
    let isFinished = false;
    const finished = listener.finish(GRACE_MS).then(() => isFinished = true);
    // Longer than it lingers where all is answered.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(isFinished).toBe(false);
    await writer.write("last");
    await writer.close();
    expect(await answer).toBe("first last");
    await finished;
  });
});
