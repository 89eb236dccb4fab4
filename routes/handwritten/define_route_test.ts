import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { z } from "@hono/zod-openapi";
import { defineRoute, isHandwrittenRoute } from "./define_route.ts";

const ROUTE = {
  method: "get",
  path: "/x",
  access: { kind: "public" },
  responses: { 204: { description: "Done" } },
} as const;

describe("defineRoute()", () => {
  it("makes a route, which nothing else is", () => {
    const route = defineRoute(ROUTE, (context) => context.body(null, 204));
    expect(isHandwrittenRoute(route)).toBe(true);
    expect(route).toMatchObject({ method: "get", path: "/x", queries: [] });
    for (const other of [null, undefined, 1, "route", {}, ROUTE, () => route]) {
      expect(isHandwrittenRoute(other)).toBe(false);
    }
  });

  it("gives the handler the queries that it names, and no others", () => {
    const route = defineRoute({ ...ROUTE, queries: ["a", "b"] }, async (context, queries) => {
      await queries.one("a", {});
      // @ts-expect-error: it is not named
      await queries.one("c", {});
      return context.body(null, 204);
    });
    expect(route.queries).toEqual(["a", "b"]);
  });

  it("gives the handler no queries where it names none", () => {
    const route = defineRoute(ROUTE, async (context, queries) => {
      // @ts-expect-error: it is not named
      await queries.one("a", {});
      return context.body(null, 204);
    });
    expect(route.queries).toEqual([]);
  });

  it("gives the handler what it may know of the request, and nothing to change", () => {
    const route = defineRoute(ROUTE, (context) => {
      const { id, identity, publicUrl } = context.get("request");
      // @ts-expect-error: how the request is served is not for handlers
      context.get("request").leavePlace();
      // @ts-expect-error: whom the token names stays
      context.get("request").identity = null;
      return context.body(null, 204, { location: publicUrl(`/${identity?.subject ?? id}`) });
    });
    expect(isHandwrittenRoute(route)).toBe(true);
  });

  it("takes rates as query files write them", () => {
    const rates = ["50/s burst=100 per=everybody", "900 rows/m"];
    const route = defineRoute({ ...ROUTE, rates }, (context) => context.body(null, 204));
    expect(route.rates).toMatchObject([
      { amount: 50, quantity: "requests", unit: "s", burst: 100, per: { by: "everybody" } },
      { amount: 900, quantity: "rows", unit: "m", burst: 900, per: null },
    ]);
  });

  const scopes = (anyOf: unknown) => ({ ...ROUTE, access: { kind: "scopes", anyOf } });
  const deprecated = (deprecation: unknown) => ({ ...ROUTE, deprecation });
  const mistakes: [what: string, definition: unknown, mistake: RegExp][] = [
    ["nothing", undefined, /^Cannot define a route: the definition is not an object$/],
    ["no path", { ...ROUTE, path: undefined }, /^Cannot define a route: "path" must be a string/],
    ["another method", { ...ROUTE, method: "head" }, /"method" must be one of "get", /],
    ["a method in upper case", { ...ROUTE, method: "GET" }, /"method" must be one of "get", /],
    ["no access", { ...ROUTE, access: undefined }, /"access" must be /],
    ["access for nobody", { ...ROUTE, access: { kind: "internal" } }, /"access" must be /],
    ["no scopes", scopes(undefined), /"access" must be /],
    ["an empty list of scopes", scopes([]), /"access" must be /],
    ["an alternative without scopes", scopes([["a"], []]), /"access" must be /],
    [
      "two scopes in one string",
      scopes([["a:read b:read"]]),
      /"access" has "a:read b:read", which/,
    ],
    ["scopes with a comma", scopes([["a:read"], ["b:read,"]]), /"access" has "b:read,", which no/],
    ["an empty scope", scopes([[""]]), /"access" must be /],
    ["scopes that are not lists", scopes(["a"]), /"access" must be /],
    ["queries that are not a list", { ...ROUTE, queries: "a" }, /"queries" must be a list/],
    ["a query without a name", { ...ROUTE, queries: [""] }, /"queries" must be a list/],
    ["rates that are not a list", { ...ROUTE, rates: "5/s" }, /"rates" must be a list such as/],
    ["a rate without a unit", { ...ROUTE, rates: ["5"] }, /"rates" has "5": Missing unit of "5"/],
    [
      "a rate by a token, where callers have none",
      { ...ROUTE, rates: ["5/s per=caller"] },
      /"rates" has per=caller, and callers of the route have no token/,
    ],
    ["the same rate twice", { ...ROUTE, rates: ["5/s", "9/s per=address"] }, /"rates" has two of /],
    ["a deprecation that is not dated", deprecated({ reason: "old" }), /"deprecation" must be /],
    ["a deprecation without a reason", deprecated({ since: "2026-01-01" }), /"deprecation" must/],
    ["a deprecation with no reason", deprecated({ since: "2026-01-01", reason: " " }), /must be/],
    [
      "a deprecation on a day that does not exist",
      deprecated({ since: "2026-02-30", reason: "old" }),
      /"deprecation" must be /,
    ],
    [
      "a sunset that is not a day",
      deprecated({ since: "2026-01-01", sunset: "soon", reason: "old" }),
      /"deprecation" must be /,
    ],
    [
      "a sunset before the deprecation",
      deprecated({ since: "2026-01-02", sunset: "2026-01-01", reason: "old" }),
      /"sunset" in "deprecation" must not be before "since"/,
    ],
    ["a deprecation that only OpenAPI has", { ...ROUTE, deprecated: true }, /reaches no caller/],
    ["middleware, which would not run", { ...ROUTE, middleware: [] }, /"middleware" would not run/],
    ["hide, which would not hide it", { ...ROUTE, hide: true }, /"hide" would not hide the route/],
    ["security beside access", { ...ROUTE, security: [] }, /"security" follows from "access"/],
    [
      "a member that is misspelt",
      { ...ROUTE, rate: ["5/s"] },
      /unknown member "rate": did you mean "rates"\?/,
    ],
    ["a member that it does not know", { ...ROUTE, guard: 1 }, /"guard": use "method", "path", /],
    ["a member of every object", { ...ROUTE, constructor: 1 }, /unknown member "constructor": /],
    ["a request that is a schema's text", { ...ROUTE, request: "body" }, /"request" must be an/],
    [
      "an unknown member of the request",
      { ...ROUTE, request: { param: {} } },
      /unknown member "param" of "request": did you mean "params"\?/,
    ],
    [
      "an extension in the request, where OpenAPI has none",
      { ...ROUTE, request: { "x-params": {} } },
      /unknown member "x-params" of "request"/,
    ],
    [
      "a body without content",
      { ...ROUTE, request: { body: { schema: {} } } },
      /"body" of "request" must be \{ content: /,
    ],
    [
      "an unknown member of the body",
      { ...ROUTE, request: { body: { content: {}, require: false } } },
      /unknown member "require" of "body": did you mean "required"\?/,
    ],
    [
      "scopes of public access",
      { ...ROUTE, access: { kind: "public", anyOf: [["a"]] } },
      /"access" must be /,
    ],
    [
      "another condition in the access",
      { ...ROUTE, access: { kind: "scopes", anyOf: [["a"]], claim: "tenant" } },
      /"access" must be /,
    ],
    [
      "a sunset that is misspelt",
      deprecated({ since: "2026-01-01", sunsett: "2026-02-01", reason: "old" }),
      /"deprecation" must be /,
    ],
    ["no responses", { ...ROUTE, responses: undefined }, /"responses" must say /],
  ];
  for (const [what, definition, mistake] of mistakes) {
    it(`rejects ${what}`, () => {
      const define = defineRoute as (definition: unknown, handler: unknown) => unknown;
      expect(() => define(definition, () => {})).toThrow(mistake);
    });
  }

  it("takes what OpenAPI says of an operation, and its extensions", () => {
    const { description } = defineRoute({
      ...ROUTE,
      operationId: "x",
      externalDocs: { url: "https://example.org" },
      callbacks: {},
      "x-team": "weather",
    }, (context) => context.body(null, 204));
    expect(description).toMatchObject({ operationId: "x", "x-team": "weather" });
  });

  const answering = <Type extends string>(type: Type) => ({
    ...ROUTE,
    responses: { 200: { description: "Rows", content: { [type]: { schema: z.string() } } } },
  } as {
    readonly method: "get";
    readonly path: "/x";
    readonly access: { readonly kind: "public" };
    readonly responses: {
      readonly 200: {
        readonly description: string;
        readonly content: { readonly [T in Type]: { readonly schema: z.ZodString } };
      };
    };
  });

  it("has types that take a stream of any media type without a schema for its values", () => {
    const stream = () => new Response(ReadableStream.from([]));
    for (
      const route of [
        defineRoute(answering("application/x-ndjson"), stream),
        defineRoute(answering("application/jsonl"), stream),
        defineRoute(answering("application/json-seq"), stream),
        defineRoute(answering("text/csv"), stream),
        defineRoute(answering("application/x-ndjson"), (context) => context.body("{}")),
        defineRoute(answering("application/jsonl"), async (context) => await context.body("{}")),
        // @ts-expect-error: a number is no answer
        defineRoute(answering("application/jsonl"), () => 1),
        // @ts-expect-error: the schema says what the JSON is
        defineRoute(answering("application/json"), stream),
        // @ts-expect-error: the schema says what the JSON is
        defineRoute(answering("application/a+json"), (context) => context.json(1)),
        // @ts-expect-error: the schema says what the text is
        defineRoute(answering("text/plain"), stream),
      ]
    ) expect(isHandwrittenRoute(route)).toBe(true);
  });

  it("has types without the members of zod-openapi that would do nothing", () => {
    const define = () => [
      // @ts-expect-error: it would not run
      defineRoute({ ...ROUTE, middleware: [] }, (context) => context.body(null, 204)),
      // @ts-expect-error: it would hide nothing
      defineRoute({ ...ROUTE, hide: true }, (context) => context.body(null, 204)),
    ];
    expect(define).toThrow(/"middleware" would not run/);
  });

  it("rejects a route without a handler, and says everything at once", () => {
    const define = defineRoute as (definition: unknown, handler?: unknown) => unknown;
    expect(() => define({ path: "/x" })).toThrow(
      /^Cannot define route "\/x": "method" .*; "access" .*; "responses" .*; the handler must be a function$/,
    );
  });
});
