/**
 * The text of IP addresses: IPv4 in dotted decimal, IPv6 as RFC 4291 reads it and RFC 5952 writes
 * it. An IPv4-mapped address, such as `::ffff:192.0.2.1`, is read as the four bytes of its IPv4
 * address: Java's `InetAddress` does so, and Cassandra and cqlsh with it. Sixteen bytes that another
 * client stored are still written as they are.
 *
 * @module
 */
import { Buffer } from "node:buffer";

const OCTET = "(0|[1-9]\\d{0,2})";
const IPV4 = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);
const GROUP = /^[0-9a-f]{1,4}$/i;
const GROUPS = 8;
const MAX_LENGTH = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".length;
/** RFC 4291, section 2.5.5.2. */
const MAPPED_PREFIX = Buffer.from("00000000000000000000ffff", "hex");

/** The address's four or sixteen bytes, or undefined if the text is not an address. */
export function parseIpAddress(text: string): Buffer | undefined {
  const bytes = parseStoredIpAddress(text);
  return bytes && isIpv4Mapped(bytes, 0) ? bytes.subarray(MAPPED_PREFIX.length) : bytes;
}

/** The same, but sixteen bytes for an IPv4-mapped address: what `ipAddressText()` writes of them. */
export function parseStoredIpAddress(text: string): Buffer | undefined {
  // No address is longer.
  if (text.length > MAX_LENGTH) return undefined;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** The canonical text of the four or sixteen bytes `[start, end)`. */
export function ipAddressText(bytes: Buffer, start: number, end: number): string {
  if (end - start === 4) return ipv4Text(bytes, start);
  if (isIpv4Mapped(bytes, start)) {
    return `::ffff:${ipv4Text(bytes, start + MAPPED_PREFIX.length)}`;
  }
  const groups: number[] = [];
  for (let at = start; at < end; at += 2) groups.push(bytes.readUInt16BE(at));
  const zeros = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  // RFC 5952, section 4.2.2: a single group of zeros is not shortened.
  if (zeros.length < 2) return hex.join(":");
  const tail = hex.slice(zeros.start + zeros.length);
  return `${hex.slice(0, zeros.start).join(":")}::${tail.join(":")}`;
}

/** Whether the sixteen bytes from `start` on are an IPv4-mapped address. */
function isIpv4Mapped(bytes: Buffer, start: number): boolean {
  return bytes.subarray(start, start + MAPPED_PREFIX.length).equals(MAPPED_PREFIX);
}

function parseIpv4(text: string): Buffer | undefined {
  const octets = IPV4.exec(text)?.slice(1).map(Number);
  return octets?.every((octet) => octet <= 255) ? Buffer.from(octets) : undefined;
}

function parseIpv6(text: string): Buffer | undefined {
  const halves = withoutDots(text)?.split("::");
  if (!halves || halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => half === "" ? [] : half.split(":"));
  if (![...head, ...tail].every((group) => GROUP.test(group))) return undefined;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const bytes = Buffer.alloc(2 * GROUPS);
  head.forEach((group, index) => bytes.writeUInt16BE(parseInt(group, 16), 2 * index));
  tail.forEach((group, index) => {
    bytes.writeUInt16BE(parseInt(group, 16), 2 * (head.length + missing + index));
  });
  return bytes;
}

/** Turns the last 32 bits into two groups where they are written in dotted decimal. */
function withoutDots(text: string): string | undefined {
  if (!text.includes(".")) return text;
  const last = text.lastIndexOf(":") + 1;
  const octets = parseIpv4(text.slice(last));
  if (!octets) return undefined;
  const groups = [octets.readUInt16BE(0), octets.readUInt16BE(2)];
  return text.slice(0, last) + groups.map((group) => group.toString(16)).join(":");
}

function ipv4Text(bytes: Buffer, start: number): string {
  return bytes.subarray(start, start + 4).join(".");
}

/** The first of the longest runs of zeros: RFC 5952, section 4.2.3. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  });
  return longest;
}
