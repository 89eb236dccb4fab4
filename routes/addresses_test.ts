import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createAddresses } from "./addresses.ts";

const LISTENS = { host: "0.0.0.0", port: 8000 };
const PLAIN = createAddresses({ ...LISTENS, basePath: "", publicUrl: null });
const PREFIXED = createAddresses({ ...LISTENS, basePath: "/a/b", publicUrl: null });
const STRIPPED = createAddresses({
  ...LISTENS,
  basePath: "",
  publicUrl: "https://api.example/weather",
});
const ADDED = createAddresses({
  ...LISTENS,
  basePath: "/weather",
  publicUrl: "https://api.example",
});

describe("createAddresses()", () => {
  const SERVERS: readonly [publicUrl: string | null, host: string, server: unknown][] = [
    ["https://api.example/weather", "0.0.0.0", { address: "api.example", port: 443 }],
    ["http://api.example", "127.0.0.1", { address: "api.example", port: 80 }],
    ["https://api.example:8443", "127.0.0.1", { address: "api.example", port: 8443 }],
    [null, "127.0.0.1", { address: "127.0.0.1", port: 8000 }],
    [null, "0.0.0.0", null],
    [null, "::", null],
  ];
  for (const [publicUrl, host, server] of SERVERS) {
    it(`calls the server of ${publicUrl} on ${host} what clients call it`, () => {
      expect(createAddresses({ basePath: "", publicUrl, host, port: 8000 }).server).toEqual(server);
    });
  }

  it("leads clients to the public URL, else below the prefix", () => {
    const urls = [PLAIN, PREFIXED, STRIPPED, ADDED].map((each) => each.publicUrl("/x?y=1"));
    expect(urls).toEqual([
      "/x?y=1",
      "/a/b/x?y=1",
      "https://api.example/weather/x?y=1",
      "https://api.example/x?y=1",
    ]);
  });

  const OWN: readonly [what: string, addresses: typeof PLAIN, path: string, url: string][] = [
    ["as it is", PLAIN, "/x/a%20b?y=%2F", "/x/a%20b?y=%2F"],
    ["with its prefix", PREFIXED, "/a/b/x?y=1", "/a/b/x?y=1"],
    ["with its prefix, escaped", PREFIXED, "/%61/b/x?y=1", "/a/b/x?y=1"],
    ["below a prefix that is stripped", STRIPPED, "/x?y=1", "https://api.example/weather/x?y=1"],
    ["without a prefix that is added", ADDED, "/weather/x?y=1", "https://api.example/x?y=1"],
    ["at the root of the API", ADDED, "/weather", "https://api.example/"],
    ["at the root of everything", PLAIN, "/", "/"],
  ];
  for (const [what, addresses, path, url] of OWN) {
    it(`gives a request's own URL ${what}`, () => {
      expect(addresses.publicUrlOf(new URL(path, "http://10.0.0.1:8000"))).toBe(url);
    });
  }

  const PATHS: readonly [path: string, routed: string][] = [
    ["/a/b/x", "/x"],
    ["/a/b/x/?y=1", "/x/"],
    ["/a/b", "/"],
    ["/a/b/", "/"],
    ["/%61/b/x", "/x"],
    ["/a/b//x", "//x"],
    ["/a/b/livez", "/livez"],
    ["/livez", "/livez"],
    ["/readyz?a=1", "/readyz"],
    ["/livez/", "//livez/"],
    ["/a/bx", "//a/bx"],
    ["/a/B/x", "//a/B/x"],
    ["/a", "//a"],
    ["/", "//"],
    ["/x", "//x"],
    ["/x/a/b/x", "//x/a/b/x"],
    ["//a/b/x", "///a/b/x"],
    ["/a%2Fb/x", "//a%2Fb/x"],
  ];
  for (const [path, routed] of PATHS) {
    it(`routes "${path}" below "/a/b" as "${routed}"`, () => {
      // The runtime's requests have the path as it was sent; a `Request` would normalise it.
      const request = { url: `http://localhost${path}` } as Request;
      expect(PREFIXED.routePath(request)).toBe(routed);
    });
  }
});
