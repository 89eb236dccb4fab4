import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { queryOf } from "./query_of.ts";

const URLS = [
  "",
  "?",
  "?a=1",
  "?a=1&a=2&b",
  "?a=%20+%2B%26",
  "?a=%zz%",
  "?a=%ff",
  "?a='\"<>`{}|\\^[]",
  "?a=\u00e9\u00ff",
  "?a=b?c=d",
  "?a=1#b?c=2",
  "#a?b=1",
  "#",
  "?#",
  "?&&=&=1&",
  "?__proto__=1&constructor=2",
];

describe("queryOf()", () => {
  for (const text of URLS) {
    it(`finds the parameters in "/stations${text}" that a URL has`, () => {
      const url = `http://localhost/stations${text}`;
      expect([...queryOf(url)]).toEqual([...new URL(url).searchParams]);
    });
  }
});
