import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { createSbom } from "./sbom.ts";

const HASH = "sha512-" + new Uint8Array(64).fill(7).toBase64();

/** A checkout with packages that have scopes, peers, and a dependency that only tests have. */
const CHECKOUT = {
  manifest: {
    name: "cqlgate",
    version: "1.2.3",
    imports: {
      "@hono/zod-openapi": "npm:@hono/zod-openapi@1.6.3",
      "hono/": "npm:/hono@4.13.19/",
      "fast-check": "npm:fast-check@4.10.2",
    },
  },
  lock: {
    specifiers: {
      "npm:@hono/zod-openapi@1.6.3": "1.6.3_hono@4.13.19",
      "npm:hono@4.13.19": "4.13.19",
      "npm:fast-check@4.10.2": "4.10.2",
    },
    npm: {
      "@hono/zod-openapi@1.6.3_hono@4.13.19": { integrity: HASH, dependencies: ["hono", "yaml"] },
      "hono@4.13.19": { integrity: HASH },
      "yaml@2.9.1": { integrity: HASH },
      "fast-check@4.10.2": { integrity: HASH, dependencies: ["pure-rand"] },
      "pure-rand@8.0.0": { integrity: HASH },
    },
    workspace: { dependencies: [] },
  },
  dockerfile: "FROM example/deno:1.0.0 AS trial\nFROM example/deno:2.0.0 AS service\n",
};

describe("createSbom()", () => {
  it("has the packages of the service with their hashes, and the base image", () => {
    const { components } = createSbom(CHECKOUT);
    expect(components.map(({ purl }) => purl)).toEqual([
      "pkg:docker/example/deno@2.0.0",
      "pkg:npm/%40hono/zod-openapi@1.6.3",
      "pkg:npm/hono@4.13.19",
      "pkg:npm/yaml@2.9.1",
    ]);
    expect(components[1]).toMatchObject({
      group: "@hono",
      name: "zod-openapi",
      version: "1.6.3",
      hashes: [{ alg: "SHA-512", content: "07".repeat(64) }],
    });
  });

  it("says what depends on what", () => {
    const { dependencies } = createSbom(CHECKOUT);
    expect(Object.fromEntries(dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))).toEqual({
      "pkg:generic/cqlgate@1.2.3": [
        "pkg:docker/example/deno@2.0.0",
        "pkg:npm/%40hono/zod-openapi@1.6.3",
        "pkg:npm/hono@4.13.19",
      ],
      "pkg:docker/example/deno@2.0.0": [],
      "pkg:npm/%40hono/zod-openapi@1.6.3": ["pkg:npm/hono@4.13.19", "pkg:npm/yaml@2.9.1"],
      "pkg:npm/hono@4.13.19": [],
      "pkg:npm/yaml@2.9.1": [],
    });
  });

  it("describes no package whose content is not pinned", () => {
    const npm = { ...CHECKOUT.lock.npm, "hono@4.13.19": {} };
    expect(() => createSbom({ ...CHECKOUT, lock: { ...CHECKOUT.lock, npm } }))
      .toThrow('Cannot describe "hono@4.13.19": deno.lock has no SHA-512');
  });

  it("refers only to what it has", async () => {
    const [manifest, lock, dockerfile] = await Promise.all(
      ["deno.json", "deno.lock", "Dockerfile"].map((path) => Deno.readTextFile(path)),
    ) as [string, string, string];
    const sbom = createSbom({ manifest: JSON.parse(manifest), lock: JSON.parse(lock), dockerfile });
    const refs = [sbom.metadata.component, ...sbom.components].map((each) => each["bom-ref"]);
    expect(new Set(refs).size).toBe(refs.length);
    const used = sbom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(used.filter((ref) => !refs.includes(ref))).toEqual([]);
    expect(sbom.components.length).toBeGreaterThan(20);
  });
});
