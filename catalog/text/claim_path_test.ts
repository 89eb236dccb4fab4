import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseClaimPath } from "./claim_path.ts";

describe("parseClaimPath()", () => {
  const paths: [string, string[]][] = [
    ["tenant", ["tenant"]],
    ["org.id", ["org", "id"]],
    ["tenant_id", ["tenant_id"]],
    ["x-tenant", ["x-tenant"]],
    ['"https://acme.example/tenant"', ["https://acme.example/tenant"]],
    ['"org.id"', ["org.id"]],
    ['resource_access."my.api".roles', ["resource_access", "my.api", "roles"]],
    ['"a b"."c"', ["a b", "c"]],
  ];
  for (const [text, path] of paths) {
    it(`reads ${text}`, () => expect(parseClaimPath(text)).toEqual(path));
  }
  const others = ["", ".", "a.", ".a", "a..b", '""', '"a', 'a"b"', '"a"b', "https://a.example/b"];
  for (const text of [...others, "a b", "a=b", "realm_access.", "a:b", '"a"."']) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseClaimPath(text)).toBeNull());
  }
});
