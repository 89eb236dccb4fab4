import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createRouteFinder } from "./nearest_route.ts";

const TEMPLATES = [
  "/v1/stations",
  "/v1/stations/{station_id}",
  "/v1/stations/{station_id}/observations/{month}",
  "/v1/alerts",
  "/{tenant_id}/reports",
];

describe("createRouteFinder()", () => {
  const find = createRouteFinder(TEMPLATES);

  const NEAR: readonly [path: string, template: string][] = [
    ["/v1/station", "/v1/stations"],
    ["/v1/stations/", "/v1/stations"],
    ["//v1/stations", "/v1/stations"],
    ["/stations", "/v1/stations"],
    ["/V1/Stations", "/v1/stations"],
    ["/v2/stations", "/v1/stations"],
    ["/api/v1/stations", "/v1/stations"],
    ["/v1/station/hill", "/v1/stations/{station_id}"],
    ["/stations/hill", "/v1/stations/{station_id}"],
    ["/v1/stations/hill/observations", "/v1/stations/{station_id}/observations/{month}"],
    ["/v1/stations/hill/observation/2010-01", "/v1/stations/{station_id}/observations/{month}"],
    ["/v1/alrets", "/v1/alerts"],
    ["/acme/report", "/{tenant_id}/reports"],
  ];
  for (const [path, template] of NEAR) {
    it(`takes "${path}" for "${template}"`, () => {
      expect(find(path)).toBe(template);
    });
  }

  for (
    const path of [
      "/",
      "",
      "/wp-login.php",
      "/v1",
      "/v1/people",
      "/acme/people",
      "/v1/stations/hill/alerts/open/now",
      "/.git/config",
      `/v1/station${"s".repeat(128)}`,
    ]
  ) {
    it(`takes "${path.slice(0, 40)}" for no route`, () => {
      expect(find(path)).toBeNull();
    });
  }

  it("finds nothing among no routes", () => {
    expect(createRouteFinder([])("/v1/stations")).toBeNull();
  });
});
