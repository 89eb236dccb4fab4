import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { HeaderList } from "./header_list.ts";

/** The headers that a response gets. */
function sent(list: HeaderList): Record<string, string> {
  return Object.fromEntries(new Response(null, { headers: list.toHeaders() }).headers);
}

describe("HeaderList", () => {
  it("says what it was given, and what was set, appended and deleted since", () => {
    const list = new HeaderList({ "content-type": "application/json", vary: "accept" });
    list.set("x-request-id", "one");
    list.set("content-type", "text/plain");
    list.append("vary", "origin");
    list.append("link", "</a>");
    list.delete("x-request-id");
    list.delete("x-request-id");
    expect([list.get("vary"), list.get("x-request-id")]).toEqual(["accept, origin", null]);
    expect([list.has("link"), list.has("x-request-id")]).toEqual([true, false]);
    expect(sent(list)).toEqual({
      "content-type": "text/plain",
      vary: "accept, origin",
      link: "</a>",
    });
  });

  it("gives each response its own values, whatever others have the same names", () => {
    const responses = ["one", "two", "three"].map((id) =>
      new Response(null, { headers: new HeaderList({ "x-request-id": id, vary: "a" }).toHeaders() })
    );
    responses[0]!.headers.set("vary", "changed");
    const values = responses.map((
      { headers },
    ) => [headers.get("x-request-id"), headers.get("vary")]);
    expect(values).toEqual([["one", "changed"], ["two", "a"], ["three", "a"]]);
  });

  it("keeps names apart that come in another order, or of which one is missing", () => {
    const all = [{ a: "1", b: "2" }, { b: "3", a: "4" }, { a: "5" }, { a: "6", b: "7", c: "8" }];
    for (const headers of [...all, ...all]) expect(sent(new HeaderList(headers))).toEqual(headers);
  });

  it("is right when more kinds of answers take turns than are kept", () => {
    const all = Array.from({ length: 100 }, (_, index) => ({ [`x-${index}`]: `${index}`, y: "y" }));
    for (const headers of [...all, ...all]) expect(sent(new HeaderList(headers))).toEqual(headers);
  });

  it("refuses what cannot be in a header, and forgets it", () => {
    for (const value of ["a\r\nset-cookie: b", "a\0", "\u{1F600}"]) {
      expect(() => new HeaderList({ etag: value, vary: "a" }).toHeaders()).toThrow(TypeError);
      expect(sent(new HeaderList({ etag: '"1"', vary: "a" }))).toEqual({ etag: '"1"', vary: "a" });
    }
    expect(() => new HeaderList({ "a b": "c" }).toHeaders()).toThrow(TypeError);
  });

  it("is not changed by what is done to the list afterwards", () => {
    const list = new HeaderList({ p: "1", q: "2" });
    list.toHeaders();
    list.delete("p");
    list.set("r", "3");
    expect(sent(list)).toEqual({ q: "2", r: "3" });
    expect(sent(new HeaderList({ p: "4", q: "5" }))).toEqual({ p: "4", q: "5" });
  });
});
