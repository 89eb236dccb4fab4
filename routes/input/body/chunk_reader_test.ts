import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ChunkReader } from "./chunk_reader.ts";

/** A body whose chunks are there as soon as they are asked for. */
function bodyOf(
  chunks: number,
  type: "bytes" | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = chunks;
  const pull = (controller: ReadableStreamController<Uint8Array<ArrayBuffer>>) => {
    if (left-- > 0) return controller.enqueue(Uint8Array.of(1));
    controller.close();
    (controller as ReadableByteStreamController).byobRequest?.respond(0);
  };
  return type === undefined ? new ReadableStream({ pull }) : new ReadableStream({ type, pull });
}

describe("ChunkReader", () => {
  for (const type of ["bytes", undefined] as const) {
    const what = type === undefined ? "a plain stream" : "a stream of bytes";
    it(`lets others run while it reads ${what} in many short chunks`, async () => {
      let turns = 0;
      const timer = setInterval(() => turns++);
      const reader = new ChunkReader(bodyOf(5_000, type));
      let bytes = 0;
      for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) {
        bytes += chunk.length;
      }
      clearInterval(timer);
      expect(bytes).toBe(5_000);
      expect(turns).toBeGreaterThan(10);
    });
  }
});
