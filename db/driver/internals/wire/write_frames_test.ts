import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";
import { setTimeout } from "node:timers/promises";
import { promptly } from "../../../../tests/support/eventually.ts";
import {
  type EndingConnection,
  failUnwritten,
  sendOn,
  type WritableOperation,
  WriteQueue,
  type WrittenConnection,
} from "./write_frames.ts";

const FRAME = Buffer.alloc(64 * 1024);

/** A connection to a node that accepts it and reads nothing. */
async function connectToFrozen() {
  const server = net.createServer({ pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const netClient = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  const [[peer]] = await Promise.all([once(server, "connection"), once(netClient, "connect")]);
  let streams = 0;
  const operations = new Map<number, WritableOperation>();
  const freed: number[] = [];
  const connection = {
    netClient,
    encoder: { protocolVersion: 4, encode: () => FRAME },
    _operations: operations,
    _streamIds: freed,
    _pendingWrites: [],
    _getStreamId: () => streams++,
    _setIdleTimeout() {},
    clearAndInvokePending: () => operations.clear(),
  } as unknown as WrittenConnection & EndingConnection;
  connection.writeQueue = new WriteQueue(connection);
  failUnwritten(connection);
  return {
    connection,
    /** Streams that another request may have. */
    freed,
    [Symbol.dispose]() {
      netClient.destroy();
      peer.destroy();
      server.close();
    },
  };
}

/** Sends a request, and gives what it fails with. */
function send(
  connection: WrittenConnection,
  canBeWritten: () => boolean = () => true,
): Promise<unknown> {
  return new Promise((resolve) => {
    sendOn(connection, {
      request: { write: () => FRAME },
      streamId: -1,
      canBeWritten,
      setResult: resolve,
    });
  });
}

describe("WriteQueue", () => {
  it("does not write a request whose time was up before its turn, and frees its stream", async () => {
    using frozen = await connectToFrozen();
    const { connection, freed } = frozen;
    const ended = send(connection, () => false);
    send(connection);
    expect(await promptly("it is given up", ended)).toMatchObject({
      message: "The request was given up before it was written",
    });
    expect([freed, [...connection._operations.keys()]]).toEqual([[0], [1]]);
  });

  it("gives up what was not written as soon as its connection is, and says so", async () => {
    using frozen = await connectToFrozen();
    const { connection } = frozen;
    const errors: Promise<unknown>[] = [];
    // The socket's buffers take some megabytes.
    while (errors.length - connection._operations.size < 10) {
      for (let count = 0; count < 10; count++) errors.push(send(connection));
      await setTimeout(1);
    }
    const written = connection._operations.size;
    expect(written).toBeGreaterThan(0);

    connection.clearAndInvokePending();
    const late = send(connection);
    for (const error of [...errors.slice(written), late]) {
      expect(await promptly("it is given up", error)).toMatchObject({
        isSocketError: true,
        requestNotWritten: true,
      });
    }
  });
});
