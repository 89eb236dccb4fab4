import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { KeptContent } from "./kept_content.ts";

const TEXT = "é{}".repeat(50_000);

async function unpacked(gzip: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

describe("KeptContent", () => {
  it("has its text in gzip and plain, in whichever order they are asked for", async () => {
    for (const order of [["gzip", "plain"], ["plain", "gzip"]] as const) {
      const content = new KeptContent(TEXT);
      for (const form of order) {
        const bytes = await content[form]();
        const text = form === "gzip" ? await unpacked(bytes) : new TextDecoder().decode(bytes);
        expect(text === TEXT).toBe(true);
      }
    }
  });

  it("makes each once, for all who ask at the same time, too", async () => {
    const content = new KeptContent(TEXT);
    const [plain, gzip] = await Promise.all([content.plain(), content.gzip()]);
    expect(await content.plain()).toBe(plain);
    expect(await content.gzip()).toBe(gzip);
    expect(gzip.length).toBeLessThan(TEXT.length / 10);
  });
});
