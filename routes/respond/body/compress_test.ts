import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { compressStream } from "./compress.ts";

async function sent(acceptEncoding: string | undefined) {
  const headers = new Headers({ vary: "Accept" });
  const body = ReadableStream.from([new TextEncoder().encode("some rows")]);
  const stream = compressStream(body, { acceptEncoding, headers });
  return { headers, bytes: new Uint8Array(await new Response(stream).arrayBuffer()) };
}

describe("compressStream()", () => {
  for (
    const header of [
      "gzip",
      "GZIP",
      "br, gzip",
      "gzip;q=0.5",
      "*",
      "br;q=1, *;q=0.1",
      "identity, gzip",
      "identity; q=0.5, gzip; q=0.6",
      "identity;q=0, gzip;q=0.001",
    ]
  ) {
    it(`compresses for "${header}"`, async () => {
      const { headers, bytes } = await sent(header);
      expect(headers.get("content-encoding")).toBe("gzip");
      const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      expect(await new Response(unpacked).text()).toBe("some rows");
    });
  }

  const PLAIN = [undefined, "", "identity", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzipped"];
  const PREFERRED = ["identity;q=1, gzip;q=0.5", "gzip; q=0.9, identity", "identity, *;q=0.5"];
  for (const header of [...PLAIN, ...PREFERRED, "gzip;q=0, *"]) {
    it(`sends the bytes as they are for ${header === undefined ? "none" : `"${header}"`}`, async () => {
      const { headers, bytes } = await sent(header);
      expect(headers.has("content-encoding")).toBe(false);
      expect(new TextDecoder().decode(bytes)).toBe("some rows");
    });
  }

  it("says that the answer depends on the header, either way", async () => {
    for (const header of ["gzip", undefined]) {
      expect((await sent(header)).headers.get("vary")).toBe("Accept, Accept-Encoding");
    }
  });
});
