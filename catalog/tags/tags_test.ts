import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { isTagName, TAG_NAMES } from "./tags.ts";

describe("TAG_NAMES", () => {
  it("lists every tag by the name that is looked up", () => {
    expect(TAG_NAMES).toContain("walk");
    expect(TAG_NAMES.filter((name) => !isTagName(name))).toEqual([]);
    expect(isTagName("toString")).toBe(false);
  });
});
