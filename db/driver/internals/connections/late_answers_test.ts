import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import connectionClass from "cassandra-driver/lib/connection.js";
import { eventually } from "../../../../tests/support/eventually.ts";
import { HEARTBEAT } from "../driver_internals.ts";

const Connection = connectionClass as unknown as new (
  endpoint: string,
  version: number,
  options: unknown,
) => {
  openAsync(): Promise<void>;
  send(request: unknown, options: null): Promise<unknown>;
  close(): void;
};

/** The answer "ready", which has no body, to the stream that a request names at the same place. */
function readyFor(request: Uint8Array): Uint8Array {
  return Uint8Array.of(0x84, 0, request[2]!, request[3]!, 2, 0, 0, 0, 0);
}

/** The next bytes, which are a whole request here: nothing else is sent before it is answered. */
async function nextRequest(connection: Deno.Conn): Promise<Uint8Array> {
  const bytes = new Uint8Array(4_096);
  const length = await connection.read(bytes);
  return bytes.subarray(0, length ?? 0);
}

describe("dropLateAnswers()", () => {
  let listener: Deno.TcpListener;
  let client: cassandra.Client;
  let errors: string[];

  beforeEach(() => {
    listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    errors = [];
    client = new cassandra.Client({
      contactPoints: [`127.0.0.1:${listener.addr.port}`],
      localDataCenter: "dc1",
      protocolOptions: { maxVersion: 4 },
      socketOptions: { connectTimeout: 300 },
    });
    client.on("log", (level, _source, message) => {
      if (level === "error") errors.push(message);
    });
  });
  afterEach(() => client.shutdown());

  /** Answers once the client has closed its side. The client then reads that, and the end. */
  async function answerLate(connection: Deno.Conn, answer: Uint8Array): Promise<void> {
    const isClosed = new Promise<void>((resolve) =>
      client.on("log", (_level, _source, message) => {
        if (/^Connection to .* closed$/.test(message)) resolve();
      })
    );
    expect(await connection.read(new Uint8Array(1))).toBeNull();
    await connection.write(answer);
    connection.close();
    await isClosed;
  }

  /** A connection whose handshake is over, as each side has it. */
  async function open() {
    const { options } = client as unknown as { options: unknown };
    const ours = new Connection(`127.0.0.1:${listener.addr.port}`, 4, options);
    const opening = ours.openAsync();
    const theirs = await listener.accept();
    await theirs.write(readyFor(await nextRequest(theirs)));
    await opening;
    return { ours, theirs };
  }

  it("is silent about the answer to a handshake that was given up", async () => {
    const connecting = client.connect().then(() => null, (error) => error);
    const connection = await listener.accept();
    await answerLate(connection, readyFor(await nextRequest(connection)));
    listener.close();
    expect(await connecting).toBeInstanceOf(cassandra.errors.NoHostAvailableError);
    expect(errors.filter((message) => message.includes("streamId"))).toEqual([]);
  });

  it("is silent about the answer to a request whose connection was closed", async () => {
    const { ours, theirs } = await open();
    const asking = ours.send(HEARTBEAT, null).then(() => null, (error) => error);
    const request = await nextRequest(theirs);
    ours.close();
    await answerLate(theirs, readyFor(request));
    listener.close();
    expect(await asking).toMatchObject({ isSocketError: true });
    expect(errors).toEqual([]);
  });

  it("leaves alone what a node says to a request that was never sent", async () => {
    const { ours, theirs } = await open();
    await theirs.write(readyFor(Uint8Array.of(0x04, 0, 0, 7)));
    await eventually("the error", () => errors.length > 0);
    ours.close();
    theirs.close();
    listener.close();
    expect(errors).toEqual(["The server replied with a wrong streamId #7"]);
  });
});
