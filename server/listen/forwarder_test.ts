import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import { Forwarder } from "./forwarder.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
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

describe("Forwarder", () => {
  it("hands on an early answer of a server that takes no more of what is sent", async () => {
    const { connect } = Deno;
    using way = watchServer();
    using server = Deno.listen(LOOPBACK);
    const forwarder = new Forwarder({ ...LOOPBACK, onLost: () => {} });
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
});

/** What comes until the connection ends, in whatever way. */
async function textOf(connection: Deno.Conn): Promise<string> {
  const bytes = new Uint8Array(100);
  const length = await connection.read(bytes).catch(() => 0);
  return new TextDecoder().decode(bytes.subarray(0, length ?? 0));
}
