/**
 * A name server on this machine, for names whose addresses change while a test runs. It answers
 * only this process: `dns` of the runtime asks it in place of the system's.
 *
 * Source: RFC 1035, section 4, for the messages.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import dns from "node:dns";

export interface NameServer extends AsyncDisposable {
  /** The IPv4 addresses of each name; a name that is not here does not exist. */
  readonly names: Map<string, readonly string[]>;
}

const HEADER_BYTES = 12;
const TYPE_A = 1;
/** A response, from a server that looks names up for its clients. */
const RESPONSE = 0x8180;
const NO_SUCH_NAME = 3;

/** Starts it, and has names looked up there until it is disposed. */
export async function startNameServer(): Promise<NameServer> {
  const names = new Map<string, readonly string[]>();
  const socket = createSocket("udp4");
  socket.on("message", (query: Buffer, { port, address }: { port: number; address: string }) => {
    socket.send(answerTo(query, names), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const before = dns.getServers();
  dns.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    names,
    async [Symbol.asyncDispose]() {
      dns.setServers(before);
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

function answerTo(query: Buffer, names: ReadonlyMap<string, readonly string[]>): Buffer {
  const labels: string[] = [];
  let offset = HEADER_BYTES;
  for (let length = query[offset]!; length > 0; length = query[offset]!) {
    labels.push(query.toString("ascii", offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  const type = query.readUInt16BE(offset + 1);
  const question = query.subarray(HEADER_BYTES, offset + 5);
  const known = names.get(labels.join("."));
  const addresses = type === TYPE_A ? known ?? [] : [];
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(known === undefined ? RESPONSE | NO_SUCH_NAME : RESPONSE, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, question, ...addresses.map(recordOf)]);
}

/** An A record of the name in the question, not to be kept. */
function recordOf(address: string): Buffer {
  const pointerTypeClassTtlLength = [0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4];
  return Buffer.from([...pointerTypeClassTtlLength, ...address.split(".").map(Number)]);
}
