import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { invalidCursor } from "../../errors/invalid_input.ts";
import { type InputError, ServiceError } from "../../errors/service_error.ts";
import type { OwnParams } from "../input/own_params.ts";
import {
  describePageParams,
  onlyPage,
  pageParams,
  pointToCursor,
  STREAM_PARAMS,
} from "./page_params.ts";

const PAGE = { size: 10, max: 50 };

function read<T>(params: OwnParams<T>, query: string): { own: T; mistakes: InputError[] } {
  const mistakes: InputError[] = [];
  return { own: params.read(new URLSearchParams(query), mistakes), mistakes };
}

describe("pageParams()", () => {
  const GOOD: [query: string, size: number, cursor: string | null][] = [
    ["", 10, null],
    ["limit=1", 1, null],
    ["limit=50&cursor=abc", 50, "abc"],
    ["limit=007", 7, null],
    ["cursor=", 10, ""],
  ];
  for (const [query, size, cursor] of GOOD) {
    it(`reads "${query}"`, () => {
      expect(read(pageParams(PAGE), query)).toEqual({ own: { size, cursor }, mistakes: [] });
    });
  }

  for (const limit of ["0", "51", "-1", "+1", "1.0", "1e1", "", " 1", "٣", "9999999999", "NaN"]) {
    it(`refuses the limit "${limit}"`, () => {
      const { mistakes } = read(pageParams(PAGE), new URLSearchParams({ limit }).toString());
      expect(mistakes).toEqual([
        { pointer: "/query/limit", detail: "Expected an integer from 1 to 50" },
      ]);
    });
  }

  it("reports what is given twice, all of it", () => {
    const { mistakes } = read(pageParams(PAGE), "limit=1&limit=1&cursor=a&cursor=a");
    expect(mistakes).toEqual([
      { pointer: "/query/limit", detail: "Expected it once" },
      { pointer: "/query/cursor", detail: "Expected it once" },
    ]);
  });

  it("describes itself with the same bounds", () => {
    const { limit, cursor } = describePageParams(PAGE);
    const fits = [undefined, 1, 50, 0, 51, 1.5].map((value) => limit!.safeParse(value).success);
    expect(fits).toEqual([true, true, true, false, false, false]);
    expect(cursor!.safeParse(undefined).success).toBe(true);
  });
});

describe("onlyPage()", () => {
  it("asks for the usual size, and knows no parameters", () => {
    expect(onlyPage(PAGE).names).toEqual([]);
    expect(read(onlyPage(PAGE), "limit=3")).toEqual({
      own: { size: 10, cursor: null },
      mistakes: [],
    });
  });
});

describe("STREAM_PARAMS", () => {
  it("takes neither limit nor cursor", () => {
    expect(read(STREAM_PARAMS, "other=1").mistakes).toEqual([]);
    const { mistakes } = read(STREAM_PARAMS, "cursor=a&limit=1");
    expect(mistakes.map(({ pointer }) => pointer)).toEqual(["/query/limit", "/query/cursor"]);
    expect(mistakes[0]!.detail).toContain("A stream has no pages");
  });
});

describe("pointToCursor()", () => {
  it("says where a cursor is that cannot be used, and touches nothing else", () => {
    const error = pointToCursor(invalidCursor()) as ServiceError;
    expect(error.code).toBe("invalid_cursor");
    expect(error.errors.map(({ pointer }) => pointer)).toEqual(["/query/cursor"]);
    for (const other of [new ServiceError("timeout", "Cassandra did not answer"), "text", null]) {
      expect(pointToCursor(other)).toBe(other);
    }
  });
});
