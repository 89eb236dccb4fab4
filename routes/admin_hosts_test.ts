import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createAdminHosts } from "./admin_hosts.ts";

describe("createAdminHosts()", () => {
  const isAllowed = createAdminHosts(["metrics.example.com"]);

  for (
    const [what, allowed, refused] of [
      [
        "addresses, and no names that look like them",
        ["10.1.2.3", "127.0.0.1:8001", "[::1]:8001", "[fd00::7]", "2130706433"],
        ["10.1.2.3.nip.io", "127.0.0.1.example", "10-1-2-3.example.com"],
      ],
      [
        "names without a dot, which nobody can register",
        ["localhost", "LOCALHOST:8001", "cqlgate-1", "cqlgate."],
        ["localhost.example", "cqlgate.dev", "cqlgate.monitoring"],
      ],
      [
        "names of a domain that is reserved for a machine or a network",
        [
          "admin.localhost",
          "cqlgate.weather.svc",
          "cqlgate.weather.svc.cluster.local",
          "cqlgate.weather.svc.cluster.local.",
          "ip-10-1-2-3.eu-west-1.compute.internal",
        ],
        ["cluster.local.example", "cqlgate.svc.example.com", "notlocal.com", "a.notlocal"],
      ],
      [
        "names that are listed, and none below or above them",
        ["metrics.example.com", "Metrics.Example.com:8001", "metrics.example.com."],
        ["a.metrics.example.com", "example.com", "metrics.example.com.evil.example"],
      ],
    ] as const
  ) {
    it(`takes ${what}`, () => {
      const taken = (host: string) => isAllowed(new URL(`http://${host}/`));
      expect(allowed.filter((host) => !taken(host))).toEqual([]);
      expect(refused.filter(taken)).toEqual([]);
    });
  }
});
