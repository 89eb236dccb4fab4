import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import "../driver_internals.ts";
import { boundHandshake, type StartingConnection } from "./bounded_handshake.ts";

/** What a client meets that connects to a server which does this with each connection. */
async function meets(onConnection: (connection: Deno.Conn) => void): Promise<string> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      onConnection(connection);
    }
  })();
  const address = `127.0.0.1:${listener.addr.port}`;
  const client = new cassandra.Client({
    contactPoints: [address],
    localDataCenter: "dc1",
    socketOptions: { connectTimeout: 300 },
  });
  try {
    await client.connect();
    return "an answer";
  } catch (error) {
    const { innerErrors } = error as cassandra.errors.NoHostAvailableError;
    return (innerErrors[address] as Error).message;
  } finally {
    await client.shutdown();
    for (const connection of connections) {
      try {
        connection.close();
      } catch {
        // The test has closed it.
      }
    }
    listener.close();
    await accepting.catch(() => {});
  }
}

describe("boundHandshake()", () => {
  const CASES: [string, (connection: Deno.Conn) => void][] = [
    ["closes each connection at once", (connection) => connection.close()],
    ["never answers", () => {}],
    ["closes each connection after the first bytes", async (connection) => {
      await connection.read(new Uint8Array(64));
      connection.close();
    }],
  ];
  for (const [what, onConnection] of CASES) {
    it(`ends where a server ${what}, before the driver does after twelve seconds`, async () => {
      expect(await meets(onConnection)).toMatch(
        /Socket was closed|before the handshake was over|handshake was not over after 300 ms/,
      );
    });
  }

  /** Connections to nodes that finish a handshake at once, or never. */
  function createConnector(connectTimeout: number) {
    const state = { answers: false };
    const prototype: StartingConnection = {
      endpoint: "",
      options: { socketOptions: { connectTimeout } },
      protocolVersion: 4,
      netClient: { once() {}, removeListener() {} },
      startup: (callback) => void (state.answers && callback()),
      clearAndInvokePending() {},
    };
    boundHandshake(prototype);
    /** How long it was waited for, or that it has answered. */
    const connect = (endpoint: string) =>
      new Promise<string>((resolve) => {
        const connection: StartingConnection = Object.assign(Object.create(prototype), {
          endpoint,
        });
        connection.startup((error) => resolve(/\d+ ms/.exec(String(error))?.[0] ?? "answered"));
      });
    return { state, connect };
  }

  it("waits longer for an address that was too slow, until it has answered in time", async () => {
    const { state, connect } = createConnector(5);
    const outcomes = [];
    for (const endpoint of ["slow", "slow", "other", "slow"]) {
      outcomes.push(await connect(endpoint));
    }
    state.answers = true;
    outcomes.push(await connect("slow"));
    state.answers = false;
    outcomes.push(await connect("slow"));
    expect(outcomes).toEqual(["5 ms", "10 ms", "5 ms", "20 ms", "answered", "5 ms"]);
  });

  it("remembers a bounded number of addresses", async () => {
    const { connect } = createConnector(1);
    await connect("first");
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => connect(`${index}`)));
    expect([await connect("first"), await connect("999")]).toEqual(["1 ms", "2 ms"]);
  });
});
