import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { networks } from "../../config/settings/kinds/network_kinds.ts";
import type { AppEnv } from "../context.ts";
import { createAddressReader } from "./client_address.ts";

interface Case {
  readonly trusted?: string;
  readonly peer: string;
  readonly headers?: Record<string, string>;
  readonly address: string;
}

/** The address of a request, as an app answers it. */
async function addressOf({ trusted = "", peer, headers = {} }: Case): Promise<string> {
  const read = createAddressReader(
    networks().read(trusted, (why) => {
      throw new Error(why);
    }),
  );
  const app = new Hono<AppEnv>();
  app.get("/", (context) => context.text(read(context)));
  const response = await app.request("/", { headers }, {
    remoteAddr: { transport: "tcp", hostname: peer, port: 50_000 },
    completed: Promise.resolve(),
  });
  return await response.text();
}

const PROXY = "10.0.0.1";
const TRUSTED = "10.0.0.0/8, 2001:db8:ffff::/48";
const forwardedFor = (chain: string) => ({ "x-forwarded-for": chain });
const forwarded = (chain: string) => ({ forwarded: chain });

const CASES: Record<string, Case> = {
  "the peer's": { peer: "192.0.2.1", address: "192.0.2.1" },
  "the peer's, whatever the client says": {
    peer: "192.0.2.1",
    headers: { ...forwardedFor("198.51.100.7"), ...forwarded("for=198.51.100.7") },
    address: "192.0.2.1",
  },
  "the peer's, where other proxies are trusted": {
    trusted: TRUSTED,
    peer: "192.0.2.1",
    headers: forwardedFor("198.51.100.7"),
    address: "192.0.2.1",
  },
  "the peer's, where an IPv6 address begins with the same bits": {
    trusted: TRUSTED,
    peer: "a00::1",
    headers: forwardedFor("198.51.100.7"),
    address: "a00::/64",
  },
  "an IPv4 peer's, written as IPv6": { peer: "::ffff:192.0.2.1", address: "192.0.2.1" },
  "the network of an IPv6 peer": {
    peer: "2001:db8:1:2:3:4:5:6",
    address: "2001:db8:1:2::/64",
  },
  "a trusted proxy's, where it says nothing": { trusted: TRUSTED, peer: PROXY, address: PROXY },
  "the client's, by X-Forwarded-For": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwardedFor("198.51.100.7"),
    address: "198.51.100.7",
  },
  "the client's, by Forwarded": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwarded('proto=https;For="198.51.100.7:4711";by=10.0.0.1'),
    address: "198.51.100.7",
  },
  "the client's in IPv6, by Forwarded": {
    trusted: TRUSTED,
    peer: "::ffff:10.0.0.1",
    headers: forwarded('for="[2001:db8:1:2::3]:4711"'),
    address: "2001:db8:1:2::/64",
  },
  "the client's, with a port": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwardedFor("198.51.100.7:4711"),
    address: "198.51.100.7",
  },
  "the nearest that is not trusted": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwardedFor("203.0.113.9, 198.51.100.7, 2001:db8:ffff::2, 10.1.2.3"),
    address: "198.51.100.7",
  },
  "the nearest that is not trusted, by Forwarded": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwarded("for=203.0.113.9, for=198.51.100.7;host=a, for=10.1.2.3"),
    address: "198.51.100.7",
  },
  "the farthest, where all are trusted": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwardedFor("10.9.9.9, 10.1.2.3"),
    address: "10.9.9.9",
  },
  "the last that can be read": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwardedFor("198.51.100.7, unknown, 10.1.2.3"),
    address: "10.1.2.3",
  },
  "the proxy's, where it hides the client": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwarded("for=_hidden"),
    address: PROXY,
  },
  "the proxy's, where the header is empty": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwardedFor(""),
    address: PROXY,
  },
  "the client's, where both headers agree": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: { ...forwardedFor("203.0.113.9, 198.51.100.7"), ...forwarded("for=198.51.100.7") },
    address: "198.51.100.7",
  },
  "the proxy's, where the headers disagree": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: { ...forwardedFor("198.51.100.7"), ...forwarded("for=203.0.113.9") },
    address: PROXY,
  },
  "the client's, beside an element that a client left open": {
    trusted: TRUSTED,
    peer: PROXY,
    headers: forwarded('for="203.0.113.9, for=198.51.100.7'),
    address: "198.51.100.7",
  },
  "the client's, of a proxy that is trusted by its address alone": {
    trusted: "10.0.0.1",
    peer: PROXY,
    headers: forwardedFor("10.0.0.2"),
    address: "10.0.0.2",
  },
  "the client's, of a proxy that is trusted by its IPv4 address written as IPv6": {
    trusted: "::ffff:10.0.0.1",
    peer: PROXY,
    headers: forwardedFor("198.51.100.7"),
    address: "198.51.100.7",
  },
  "the farthest, where everybody is trusted": {
    trusted: "0.0.0.0/0",
    peer: "192.0.2.1",
    headers: forwardedFor("203.0.113.9, 198.51.100.7"),
    address: "203.0.113.9",
  },
};

describe("createAddressReader()", () => {
  for (const [whose, each] of Object.entries(CASES)) {
    it(`reads ${whose}`, async () => {
      expect(await addressOf(each)).toBe(each.address);
    });
  }

  it("reads a long chain", async () => {
    const chain = Array.from({ length: 20_000 }, () => "10.1.2.3").join();
    expect(
      await addressOf({
        trusted: TRUSTED,
        peer: PROXY,
        headers: forwardedFor(`198.51.100.7,${chain}`),
        address: "",
      }),
    ).toBe("10.1.2.3");
  });
});
