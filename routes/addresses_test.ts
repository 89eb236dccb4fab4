import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createAddresses } from "./addresses.ts";

const PLAIN = createAddresses({ basePath: "", publicUrl: null });
const PREFIXED = createAddresses({ basePath: "/a/b", publicUrl: null });
const STRIPPED = createAddresses({ basePath: "", publicUrl: "https://api.example/weather" });
const ADDED = createAddresses({ basePath: "/weather", publicUrl: "https://api.example" });

describe("createAddresses()", () => {
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
