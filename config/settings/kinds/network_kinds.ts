/**
 * Settings that say where something is in a network.
 *
 * @module
 */
import { parseIpAddress } from "../../../codec/parts/ip_address.ts";
import { partsOf, type SettingKind } from "./setting_kind.ts";

/** Nodes as `host:port`, whose port may be left out. */
export function contactPoints(): SettingKind<readonly string[]> {
  return {
    range: "`host[:port],…`, `[address]:port` for IPv6",
    read: (text, fail) => {
      const points = partsOf(text).map((part) => {
        const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s/]+)(?::(\d+))?$/.exec(part);
        const port = Number(match?.[2] ?? 9042);
        if (!match || port < 1 || port > 65535) {
          fail('expected "host" or "host:port", "[address]:port" for IPv6', part);
        }
        return `${match?.[1]}:${port}`;
      });
      const ports = new Set(points.map((point) => point.slice(point.lastIndexOf(":"))));
      if (ports.size > 1) {
        fail(
          "expected the same port everywhere: all nodes of the cluster are looked for there",
          text,
        );
      }
      return points;
    },
  };
}

/** Names of hosts, without ports. */
export function hostNames(): SettingKind<readonly string[]> {
  return {
    range: "host names, comma-separated",
    read: (text, fail) =>
      partsOf(text).map((part) => {
        if (!/^[\w-]+(\.[\w-]+)*$/.test(part)) {
          fail('expected a host name without a port, such as "metrics.example.com"', part);
        }
        return part;
      }),
  };
}

/** Networks in CIDR notation, or single addresses. */
export function networks(): SettingKind<readonly Network[]> {
  return {
    range: "addresses and networks (CIDR), comma-separated",
    read: (text, fail) =>
      partsOf(text).map((part) => {
        const [, host = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
        const address = parseIpAddress(host);
        const bits = 8 * (address?.length ?? 0);
        const prefixLength = length === undefined ? bits : Number(length);
        if (address === undefined || prefixLength > bits) {
          fail('expected an address or a network, such as "10.0.3.0/24" or "2001:db8::/32"', part);
        }
        return { address: address ?? new Uint8Array(4), prefixLength };
      }),
  };
}

/** IP addresses with a common prefix. */
export interface Network {
  /** Four bytes, or sixteen. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
}
