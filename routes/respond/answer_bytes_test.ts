import { expect } from "@std/expect";
import { Hono } from "hono";
import { describe, it } from "@std/testing/bdd";
import type { AppEnv, RequestContext } from "../context.ts";
import { answerSmall, STREAM_BYTES } from "./answer_bytes.ts";

/** The bytes that are counted for an answer to a request that may have come by HTTP/2. */
async function countedFor(body: string): Promise<number[]> {
  const counted: number[] = [];
  const request: Partial<RequestContext> = {
    stallTimeoutMs: 60_000,
    countUnread: (bytes) => counted.push(bytes),
  };
  const app = new Hono<AppEnv>();
  app.get("/", (context) => {
    context.set("request", request as RequestContext);
    return answerSmall(context, body);
  });
  const delivered = Promise.withResolvers<void>();
  const response = await app.request("/", {}, { completed: delivered.promise, end() {} });
  expect(await response.text()).toBe(body);
  delivered.resolve();
  return counted;
}

describe("answerSmall()", () => {
  for (
    const [character, length, bytes] of [
      ["~", 4096, null],
      ["~", 4097, 4097],
      ["é", 2048, null],
      ["é", 2049, 4098],
      ["é", 4096, 8192],
      ["水", 1365, null],
      ["水", 1366, 4098],
      ["水", 4096, 12_288],
    ] as const
  ) {
    const what = bytes === null ? "does not count" : "counts the bytes of";
    it(`${what} ${length} times "${character}" over HTTP/2`, async () => {
      expect(await countedFor(character.repeat(length)))
        .toEqual(bytes === null ? [] : [bytes + STREAM_BYTES]);
    });
  }
});
