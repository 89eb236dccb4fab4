/**
 * The address that a request came from. A proxy names it in `Forwarded` (RFC 7239) or in
 * `X-Forwarded-For`. Clients can send these headers too, so only trusted proxies are believed.
 *
 * @module
 */
import type { Context } from "hono";
import { Buffer } from "node:buffer";
import { ipAddressText, parseIpAddress } from "../../codec/parts/ip_address.ts";
import type { AppEnv } from "../context.ts";
import { forwardedFor } from "./forwarded.ts";

/** IP addresses with a common prefix. */
export interface Network {
  /** Four bytes, or sixteen. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/**
 * Identifies a caller without a token: by IPv4 address, or by the first 64 bits of an IPv6 address, since
 * a single machine has all addresses below them. Callers behind an untrusted proxy count as one.
 */
export type AddressReader = (context: Context<AppEnv>) => string;

/** More proxies than anybody puts in a row. */
const MAX_HOPS = 32;
const IPV6_PREFIX_BYTES = 8;

/** Whether a request came straight from a trusted proxy. */
export type PeerTrust = (context: Context<AppEnv>) => boolean;

export function createPeerTrust(trustedProxies: readonly Network[]): PeerTrust {
  const isTrusted = trustIn(trustedProxies);
  return (context) => {
    const peer = parseNode(context.env.remoteAddr.hostname);
    return peer !== undefined && isTrusted(peer);
  };
}

export function createAddressReader(trustedProxies: readonly Network[]): AddressReader {
  const isTrusted = trustIn(trustedProxies);
  return (context) => {
    const { hostname } = context.env.remoteAddr;
    const peer = parseNode(hostname);
    if (peer === undefined) return hostname;
    if (!isTrusted(peer)) return nameOf(peer);
    const { headers } = context.req.raw;
    const forwarded = headers.get("forwarded");
    const chain = headers.get("x-forwarded-for");
    const [client = nameOf(peer), other = client] = [
      ...forwarded === null ? [] : [forwardedFor(forwarded, MAX_HOPS)],
      ...chain === null ? [] : [nodesOf(chain)],
    ].map((nodes) => nameOf(clientOf(nodes, { peer, isTrusted })));
    // A proxy sets one of the headers; the other may come from the client.
    return client === other ? client : nameOf(peer);
  };
}

/** Whether one of the networks has an address. */
function trustIn(trustedProxies: readonly Network[]): (address: Buffer) => boolean {
  if (trustedProxies.length === 0) return () => false;
  const networks = trustedProxies.map(({ address, prefixLength }) => bitsOf(address, prefixLength));
  return (address) => {
    const bits = bitsOf(address);
    return networks.some((network) => bits.startsWith(network));
  };
}

/** The nodes of an `X-Forwarded-For`, the nearest first. */
function nodesOf(chain: string): string[] {
  return chain.split(",").slice(-MAX_HOPS).reverse().map((node) => node.trim());
}

/**
 * The nearest address that is not a trusted proxy; the farthest, if all of them are.
 *
 * @param nodes the nearest first
 */
function clientOf(
  nodes: readonly string[],
  { peer, isTrusted }: { peer: Buffer; isTrusted(address: Buffer): boolean },
): Buffer {
  let client = peer;
  for (const node of nodes) {
    const address = parseNode(node);
    if (address === undefined) return client;
    client = address;
    if (!isTrusted(address)) return client;
  }
  return client;
}

/** Reads `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` and `[2001:db8::1]:80`. */
function parseNode(node: string): Buffer | undefined {
  const text = /^\[(.*)\](?::\d+)?$/.exec(node)?.[1] ?? /^([\d.]+):\d+$/.exec(node)?.[1] ?? node;
  return parseIpAddress(text);
}

function nameOf(address: Buffer): string {
  if (address.length === 4) return ipAddressText(address, 0, 4);
  const prefix = Buffer.alloc(address.length);
  address.copy(prefix, 0, 0, IPV6_PREFIX_BYTES);
  return `${ipAddressText(prefix, 0, prefix.length)}/${8 * IPV6_PREFIX_BYTES}`;
}

/** The first bits of an address. The number of its bytes comes first, so IPv4 never matches IPv6. */
function bitsOf(address: Uint8Array, length = 8 * address.length): string {
  const bits = [...address].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return `${address.length}:${bits.slice(0, length)}`;
}
