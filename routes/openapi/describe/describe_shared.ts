/**
 * Queries that share a route → one OpenAPI operation: what any of them takes and answers, and the
 * combinations of query parameters in words, which OpenAPI has no other form for.
 *
 * @module
 */
import { OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import { combinationOf, describeCombination } from "../../../catalog/parse/combination.ts";
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import { mergeStreams } from "./describe_streams.ts";
import { titleOf } from "./title_of.ts";

/** A query, and the route that it would have if it shared none. */
export interface DescribedQuery {
  readonly prepared: PreparedQuery;
  readonly route: RouteConfig;
}

type Shape = Record<string, z.ZodType<unknown>>;

/** The operation of a route; the description of its only query, or of all queries together. */
export function describeShared(
  described: readonly [DescribedQuery, ...DescribedQuery[]],
): RouteConfig {
  const [{ prepared: { query }, route }, ...others] = described;
  const named = described.find(({ prepared }) => prepared.query.operation !== null);
  const operationId = named?.prepared.query.operation ?? query.name;
  if (others.length === 0) return { ...route, operationId };
  const routes = described.map(({ route }) => route);
  const requests = routes.map(({ request }) => request);
  const bodies = requests.flatMap((request) => request?.body ?? []);
  const descriptions = distinctOf(bodies.flatMap(({ description }) => description ?? []));
  return {
    ...route,
    operationId,
    tags: [...new Set(routes.flatMap(({ tags }) => tags ?? []))],
    summary: titleOf(operationId),
    description: describeChoices(described),
    request: {
      // All queries have the same segments, but not the same types and checks of them.
      params: z.object(mergeShapes(requests.map((request) => shapeIn(request?.params)))),
      query: z.strictObject(mergeShapes(requests.map((request) => shapeIn(request?.query)))),
      headers: z.object(mergeShapes(requests.map((request) => shapeIn(request?.headers)))),
      ...(bodies.length === 0 ? {} : {
        body: {
          ...(descriptions.length === 0 ? {} : { description: descriptions.join("; ") }),
          ...mergeStreams(bodies),
          required: bodies.length === routes.length && bodies.every(({ required }) => required),
          content: mergeContents(bodies.map(({ content }) => content)),
        },
      }),
    },
    responses: mergeResponses(routes.map(({ responses }) => responses)),
  };
}

function distinctOf(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function describeChoices(described: readonly DescribedQuery[]): string {
  const lines = described.map(({ prepared: { params }, route }) => {
    const combination = combinationOf(params.map(({ param }) => param));
    return `- ${describeCombination(combination, "`")}: ${route.summary}`;
  });
  return ["The query parameters are one of these combinations:", "", ...lines].join("\n");
}

function shapeIn(schema: unknown): Shape {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

/** Optional is what not every query requires. */
function mergeShapes(shapes: readonly Shape[]): Shape {
  const names = new Set(shapes.flatMap((shape) => Object.keys(shape)));
  return Object.fromEntries([...names].map((name) => {
    const schemas = shapes.flatMap((shape) => shape[name] ?? []);
    const schema = mergeSchemas(schemas);
    const isRequired = schemas.length === shapes.length &&
      schemas.every((each) => !each.isOptional());
    return [name, isRequired ? schema : schema.optional()];
  }));
}

type Responses = RouteConfig["responses"];
type Response = Exclude<Responses[string], { $ref: string }>;
type Content = NonNullable<Response["content"]>;

function mergeResponses(all: readonly Responses[]): Responses {
  const statuses = new Set(all.flatMap((responses) => Object.keys(responses)));
  return Object.fromEntries([...statuses].map((status) => {
    const found = all.flatMap((responses) => {
      const response = responses[status];
      return response === undefined || "$ref" in response ? [] : [response];
    });
    const contents = found.flatMap(({ content }) => content ?? []);
    const headers = mergeShapes(found.map(({ headers }) => shapeIn(headers)));
    return [status, {
      description: distinctOf(found.flatMap(({ description }) => description ?? [])).join("; "),
      ...mergeStreams(found),
      ...(Object.keys(headers).length === 0 ? {} : { headers: z.object(headers) }),
      ...(contents.length === 0 ? {} : { content: mergeContents(contents) }),
    }];
  }));
}

function mergeContents(all: readonly Content[]): Content {
  const types = new Set(all.flatMap((content) => Object.keys(content)));
  return Object.fromEntries([...types].map((type) => {
    const found = all.flatMap((content) => {
      const media = content[type];
      return media === undefined || "$ref" in media ? [] : [media];
    });
    const schemas = found.map(({ schema }) => schema).filter((schema) =>
      schema instanceof z.ZodType
    );
    const examples = Object.assign({}, ...found.map((each) => each.examples ?? {}));
    return [type, {
      ...found[0]!,
      ...(schemas.length === 0 ? {} : { schema: mergeSchemas(schemas) }),
      ...(Object.keys(examples).length === 0 ? {} : { examples }),
    }];
  }));
}

/** The schema that all of them are, or else their union. */
function mergeSchemas(schemas: readonly z.ZodType<unknown>[]): z.ZodType<unknown> {
  const distinct = [...new Map(schemas.map((schema) => [documentOf(schema), schema])).values()];
  const [first, second, ...others] = distinct;
  return second === undefined ? first! : z.union([first!, second, ...others]);
}

/** What tells schemas apart: their JSON Schema, in which one with a name is a reference. */
function documentOf(schema: z.ZodType<unknown>): string {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/",
    responses: { 200: { description: "", content: { "application/json": { schema } } } },
  });
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } });
  return JSON.stringify(document.paths);
}
