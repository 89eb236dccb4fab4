import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import { Forwarder } from "./forwarder.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
/** More than a caller has room for before it reads, and no more than both ends have. */
const LARGE_BYTES = 400_000;
const OPTIONS = { ...LOOPBACK, onLost: () => {}, stallTimeoutMs: 600_000 };
const FOREVER_MS = 600_000;
const encode = (text: string) => new TextEncoder().encode(text);

/** The way to a server: what it sends is read when the test says, and the test hears when it takes no more. */
function watchServer() {
  const { connect } = Deno;
  const [mayRead, takesNoMore] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  Deno.connect = (async (options: Deno.ConnectOptions) => {
    const connection = await connect(options);
    const [read, write] = [connection.read.bind(connection), connection.write.bind(connection)];
    connection.read = async (bytes) => {
      await promptly("the test lets it be read", mayRead.promise);
      return await read(bytes);
    };
    connection.write = async (bytes) => {
      try {
        return await write(bytes);
      } catch (error) {
        takesNoMore.resolve();
        throw error;
      }
    };
    return connection;
  }) as typeof Deno.connect;
  return {
    letRead: mayRead.resolve,
    takesNoMore: takesNoMore.promise,
    [Symbol.dispose]: () => void (Deno.connect = connect),
  };
}

/** The way to a server that takes nothing of what it is sent. */
function blockServer() {
  const { connect } = Deno;
  const takesNoMore = Promise.withResolvers<void>();
  Deno.connect = (async (options: Deno.ConnectOptions) => {
    const connection = await connect(options);
    connection.write = () => {
      takesNoMore.resolve();
      return Promise.reject(new Deno.errors.BrokenPipe());
    };
    return connection;
  }) as typeof Deno.connect;
  return {
    takesNoMore: takesNoMore.promise,
    [Symbol.dispose]: () => void (Deno.connect = connect),
  };
}

describe("Forwarder", () => {
  it("hands on an early answer of a server that takes no more of what is sent", async () => {
    const { connect } = Deno;
    using way = watchServer();
    using server = Deno.listen(LOOPBACK);
    const forwarder = new Forwarder(OPTIONS);
    forwarder.pointTo(server.addr.port, () => {});
    using caller = await connect({ hostname: "127.0.0.1", port: forwarder.port });
    await caller.write(encode("a"));
    const accepted = await promptly("it is handed on", server.accept());
    await accepted.read(new Uint8Array(1));
    await accepted.write(encode("too large"));
    accepted.close();
    let isSeen = false;
    void way.takesNoMore.then(() => isSeen = true);
    await eventually("the end of the server is seen", async () => {
      await caller.write(encode("b")).catch(() => {});
      return isSeen;
    });
    way.letRead();
    expect(await promptly("the caller has its answer", textOf(caller))).toBe("too large");
    forwarder.close();
  });

  it("says once that it closes connections which cannot be handed on, and goes on", async () => {
    const { connect } = Deno;
    const dropped: unknown[] = [];
    const onDropped = (cause: unknown) => void dropped.push(cause);
    using server = Deno.listen(LOOPBACK);
    const forwarder = new Forwarder({ ...OPTIONS, onDropped });
    forwarder.pointTo(server.addr.port, () => {});
    const address = { hostname: "127.0.0.1", port: forwarder.port };
    const cause = new Error("Cannot assign requested address");
    Deno.connect = (): Promise<never> => Promise.reject(cause);
    try {
      for (let count = 0; count < 2; count++) {
        using caller = await connect(address);
        expect(await promptly("it is closed", textOf(caller))).toBe("");
      }
      expect(dropped).toEqual([cause]);
    } finally {
      Deno.connect = connect;
    }
    using caller = await connect(address);
    await caller.write(encode("a"));
    using accepted = await promptly("it is handed on", server.accept());
    await accepted.write(encode("answer"));
    expect(await promptly("the caller has its answer", textOf(caller))).toBe("answer");
    forwarder.close();
  });

  it("lets go of a connection that its server has closed, though the caller never does", async () => {
    using server = Deno.listen(LOOPBACK);
    const forwarder = new Forwarder(OPTIONS);
    forwarder.pointTo(server.addr.port, () => {});
    using caller = await Deno.connect({ hostname: "127.0.0.1", port: forwarder.port });
    await caller.write(encode("a"));
    const accepted = await promptly("it is handed on", server.accept());
    const ended = Promise.withResolvers<void>();
    forwarder.pointTo(0, ended.resolve);
    await accepted.read(new Uint8Array(1));
    await accepted.write(encode("answer"));
    accepted.close();
    expect(await promptly("the caller has its answer", textOf(caller))).toBe("answer");
    await promptly("nothing is connected any more", ended.promise);
    await promptly("it is let go of", forwarder.handOver(FOREVER_MS));
    forwarder.close();
  });

  it("hands on the end of a large answer to a caller who reads late, and sends while it reads", async () => {
    using way = await connectSilent(LARGE_BYTES);
    const { caller, forwarder } = way;
    let isHandedOver = false;
    const handedOver = forwarder.handOver(FOREVER_MS).then(() => isHandedOver = true);
    // It is enough for a few looks, and no longer than that.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isHandedOver).toBe(false);
    await caller.write(encode("upload"));
    const length = await promptly(
      "the caller has its answer",
      lengthOf(caller, () => caller.write(encode("update"))),
    );
    expect(length).toBe(LARGE_BYTES);
    await caller.closeWrite();
    await promptly("it is let go of", handedOver);
  });

  it("keeps nobody for longer than an answer may stall, not even a caller who sends all the time", async () => {
    using way = await connectSilent(LARGE_BYTES, { stallTimeoutMs: 2_000 });
    const { caller, forwarder } = way;
    let isHandedOver = false;
    const handedOver = forwarder.handOver(FOREVER_MS).then(() => isHandedOver = true);
    await eventually("it is let go of", async () => {
      await caller.write(encode("more")).catch(() => {});
      return isHandedOver;
    });
    await handedOver;
  });

  it("hands on a large answer whole, though the caller sends what the server takes no more", async () => {
    const { connect } = Deno;
    using way = blockServer();
    using server = Deno.listen(LOOPBACK);
    const forwarder = new Forwarder(OPTIONS);
    forwarder.pointTo(server.addr.port, () => {});
    using caller = await connect({ hostname: "127.0.0.1", port: forwarder.port });
    await caller.write(encode("a"));
    await promptly("the server takes it no more", way.takesNoMore);
    await caller.write(encode("b"));
    const accepted = await promptly("it is handed on", server.accept());
    const ended = Promise.withResolvers<void>();
    forwarder.pointTo(0, ended.resolve);
    await writeAll(accepted, new Uint8Array(LARGE_BYTES));
    accepted.close();
    await promptly("nothing is connected any more", ended.promise);
    expect(await promptly("the caller has its answer", lengthOf(caller))).toBe(LARGE_BYTES);
    forwarder.close();
  });
});

/** A caller who has taken nothing yet of an answer of `size` bytes, whose server is gone. */
async function connectSilent(size: number, options: { stallTimeoutMs?: number } = {}) {
  using server = Deno.listen(LOOPBACK);
  const forwarder = new Forwarder({ ...OPTIONS, ...options });
  forwarder.pointTo(server.addr.port, () => {});
  const caller = await Deno.connect({ hostname: "127.0.0.1", port: forwarder.port });
  await caller.write(encode("a"));
  const accepted = await promptly("it is handed on", server.accept());
  const ended = Promise.withResolvers<void>();
  forwarder.pointTo(0, ended.resolve);
  await accepted.read(new Uint8Array(1));
  await writeAll(accepted, new Uint8Array(size));
  accepted.close();
  await promptly("the server is let go of", ended.promise);
  return {
    caller,
    forwarder,
    [Symbol.dispose]() {
      caller.close();
      forwarder.close();
    },
  };
}

/** What comes until the connection ends, in whatever way. */
async function textOf(connection: Deno.Conn): Promise<string> {
  const bytes = new Uint8Array(100);
  const length = await connection.read(bytes).catch(() => 0);
  return new TextDecoder().decode(bytes.subarray(0, length ?? 0));
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** How many bytes come until the connection ends, in whatever way. */
async function lengthOf(
  connection: Deno.Conn,
  onRead: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  const chunk = new Uint8Array(16_384);
  let total = 0;
  for (let length: number | null = 0; length !== null; total += length ?? 0) {
    length = await connection.read(chunk).catch(() => null);
    await onRead().catch(() => {});
  }
  return total;
}
