import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { hostPort, localUrl } from "./host_port.ts";

describe("hostPort()", () => {
  for (
    const [hostname, text] of [
      ["127.0.0.1", "127.0.0.1:80"],
      ["example.com", "example.com:80"],
      ["::1", "[::1]:80"],
      ["[::1]", "[::1]:80"],
      ["fe80::a:b", "[fe80::a:b]:80"],
    ] as const
  ) {
    it(`puts "${hostname}" as "${text}"`, () => {
      expect(hostPort({ hostname, port: 80 })).toBe(text);
    });
  }
});

describe("localUrl()", () => {
  for (
    const [hostname, url] of [
      ["0.0.0.0", "http://localhost:8000"],
      ["::", "http://localhost:8000"],
      ["[::]", "http://localhost:8000"],
      ["::1", "http://[::1]:8000"],
      ["10.0.0.1", "http://10.0.0.1:8000"],
    ] as const
  ) {
    it(`reaches "${hostname}" at "${url}"`, () => {
      expect(localUrl({ hostname, port: 8000 })).toBe(url);
      expect(new URL(url).port).toBe("8000");
    });
  }
});
