/**
 * Asks whether what listens on an address speaks CQL, without a driver: one OPTIONS frame, whose
 * answer is SUPPORTED. An open port alone proves little, since Cassandra answers later than it
 * listens. Frames: the native protocol v4 specification, section 2.
 *
 * @module
 */
import type { Address } from "../ports.ts";

const REQUEST_V4 = 0x04;
const RESPONSE_BIT = 0x80;
const OPCODE_OPTIONS = 0x05;
const OPCODE_SUPPORTED = 0x06;

// version, flags, stream (2 bytes), opcode, length of the body (4 bytes)
const OPTIONS_FRAME = new Uint8Array([REQUEST_V4, 0, 0, 0, OPCODE_OPTIONS, 0, 0, 0, 0]);

/** Whether a CQL server answers on the address within `timeoutMs`. */
export async function speaksCql(address: Address, timeoutMs = 1_000): Promise<boolean> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect(address);
  } catch {
    return false;
  }
  const timer = setTimeout(() => connection.close(), timeoutMs);
  try {
    await connection.write(OPTIONS_FRAME);
    const header = new Uint8Array(OPTIONS_FRAME.length);
    for (let filled = 0; filled < header.length;) {
      const count = await connection.read(header.subarray(filled));
      if (count === null) return false;
      filled += count;
    }
    return (header[0]! & RESPONSE_BIT) !== 0 && header[4] === OPCODE_SUPPORTED;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    try {
      connection.close();
    } catch {
      // The timer has closed it.
    }
  }
}
