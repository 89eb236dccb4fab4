/**
 * The address that a request came from, as far as it can be believed. A proxy says in `Forwarded`
 * (RFC 7239) or `X-Forwarded-For` whom it speaks for. Clients can send the same headers, so they count
 * from trusted proxies alone.
 *
 * @module
 */
import type { Context } from "hono";
import { Buffer } from "node:buffer";
import { ipAddressText, parseIpAddress } from "../../codec/parts/ip_address.ts";
import type { AppEnv } from "../context.ts";

/** The addresses that begin with the same bits. */
export interface Network {
  /** Four bytes, or sixteen. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/**
 * What tells callers apart who bring no token: an IPv4 address, or the 64 bits of an IPv6 address that a
 * household or a machine gets. Callers behind a proxy that is not trusted are one.
 */
export type AddressReader = (context: Context<AppEnv>) => string;

/** More than any chain of proxies that is trusted on purpose. */
const MAX_HOPS = 32;
/** What tells IPv6 callers apart. */
const IPV6_PREFIX_BYTES = 8;
/** Of `::ffff:0:0/96`, where sixteen bytes hold an IPv4 address. */
const MAPPED_PREFIX = "00000000000000000000ffff";

export function createAddressReader(trustedProxies: readonly Network[]): AddressReader {
  const networks = trustedProxies.map(({ address, prefixLength }) => bitsOf(address, prefixLength));
  const isTrusted = (address: Buffer) => {
    const bits = bitsOf(address);
    return networks.some((network) => bits.startsWith(network));
  };
  return (context) => {
    const { hostname } = context.env.remoteAddr;
    const peer = parseNode(hostname);
    if (peer === undefined) return hostname;
    if (networks.length === 0 || !isTrusted(peer)) return nameOf(peer);
    const { headers } = context.req.raw;
    const chains = [forwardedFor(headers.get("forwarded")), headers.get("x-forwarded-for")]
      .filter((chain) => chain !== null);
    const [client = nameOf(peer), other = client] = chains.map((chain) =>
      nameOf(clientOf(chain, { peer, isTrusted }))
    );
    // A proxy sets one of the headers. Where the other is there too, the client may have sent it.
    return client === other ? client : nameOf(peer);
  };
}

/** The nearest address of a chain that is no trusted proxy's; the farthest, where all are. */
function clientOf(
  chain: string,
  { peer, isTrusted }: { peer: Buffer; isTrusted(address: Buffer): boolean },
): Buffer {
  let client = peer;
  for (const node of chain.split(",").slice(-MAX_HOPS).reverse()) {
    const address = parseNode(node.trim());
    if (address === undefined) return client;
    client = address;
    if (!isTrusted(address)) return client;
  }
  return client;
}

/** The chain of `X-Forwarded-For` that a `Forwarded` header says; an element without `for` is empty. */
function forwardedFor(header: string | null): string | null {
  if (header === null) return null;
  const nodes = header.split(",").map((element) =>
    /(?:^|;)\s*for="?([^";]*)/i.exec(element)?.[1] ?? ""
  );
  return nodes.join();
}

/** Reads `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` and `[2001:db8::1]:80`. */
function parseNode(node: string): Buffer | undefined {
  const text = /^\[(.*)\](?::\d+)?$/.exec(node)?.[1] ?? /^([\d.]+):\d+$/.exec(node)?.[1] ?? node;
  const address = parseIpAddress(text);
  return address?.toString("hex").startsWith(MAPPED_PREFIX) ? address.subarray(12) : address;
}

function nameOf(address: Buffer): string {
  if (address.length === 4) return ipAddressText(address, 0, 4);
  const prefix = Buffer.alloc(address.length);
  address.copy(prefix, 0, 0, IPV6_PREFIX_BYTES);
  return `${ipAddressText(prefix, 0, prefix.length)}/${8 * IPV6_PREFIX_BYTES}`;
}

/** The first bits of an address, after the number of its bytes: IPv4 and IPv6 never begin alike. */
function bitsOf(address: Uint8Array, length = 8 * address.length): string {
  const bits = [...address].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return `${address.length}:${bits.slice(0, length)}`;
}
