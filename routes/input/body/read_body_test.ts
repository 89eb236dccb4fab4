import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Alarms } from "../../../runtime/alarms.ts";
import { runAtOnce } from "../../../runtime/steps.ts";
import { ServiceError } from "../../../errors/service_error.ts";
import { assertObject, isTaken, readJson, readJsonObject } from "./read_body.ts";
import { assertNotEncoded, readBytes } from "./read_bytes.ts";
import { keptMemory } from "../../../tests/support/kept_memory.ts";
import { readEntries } from "../read_entries.ts";
import { promptly } from "../../../tests/support/eventually.ts";

const LIMITS = { maxBytes: 1 << 20, timeoutMs: 30_000, alarms: new Alarms(), run: runAtOnce };
const JSON_HEADERS = { "content-type": "application/json" };
const encoder = new TextEncoder();

type Chunk = Uint8Array<ArrayBuffer>;

function request(body: BodyInit | null, headers: Record<string, string> = JSON_HEADERS): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

/** A stream of pieces, of bytes or not; endless unless it is closed. */
function stream(
  pieces: readonly string[],
  { type, isClosed = true }: { type?: "bytes"; isClosed?: boolean } = {},
): ReadableStream<Chunk> {
  const left = pieces.map((piece) => encoder.encode(piece));
  const pull = (controller: ReadableStreamController<Chunk>) => {
    const piece = left.shift();
    if (piece !== undefined) controller.enqueue(piece);
    else if (isClosed) {
      controller.close();
      (controller as ReadableByteStreamController).byobRequest?.respond(0);
    }
  };
  return type === undefined ? new ReadableStream({ pull }) : new ReadableStream({ type, pull });
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  return await reading.then(() => "none", (error) => (error as ServiceError).code);
}

describe("readBytes()", () => {
  for (const type of ["bytes", undefined] as const) {
    const what = type === undefined ? "a plain stream" : "a stream of bytes";

    it(`reads ${what} of many pieces`, async () => {
      const pieces = Array.from({ length: 5000 }, (_, index) => `${index},`);
      const bytes = await readBytes(request(stream(pieces, { ...type && { type } })), LIMITS);
      expect(new TextDecoder().decode(bytes)).toBe(pieces.join(""));
    });

    it(`reads ${what} that is as long as it may be, and refuses a byte more`, async () => {
      const limits = { ...LIMITS, maxBytes: 100 };
      const read = (length: number) =>
        readBytes(
          request(stream([..."x".repeat(length)], { ...type && { type } })),
          limits,
        );
      expect((await read(100)).length).toBe(100);
      expect(await codeOf(read(101))).toBe("body_too_large");
    });

    it(`gives up on ${what} that stops coming in`, async () => {
      const body = stream(["{"], { ...type && { type }, isClosed: false });
      expect(await codeOf(readBytes(request(body), { ...LIMITS, timeoutMs: 50 })))
        .toBe("body_timeout");
    });
  }

  it("gives up on a body that comes in a byte at a time, however often", async () => {
    const body = new ReadableStream<Chunk>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        controller.enqueue(new Uint8Array(1));
      },
    });
    expect(await codeOf(readBytes(request(body), { ...LIMITS, timeoutMs: 100 })))
      .toBe("body_timeout");
  });

  it("says of a body that breaks off that it does", async () => {
    const body = new ReadableStream<Chunk>({
      pull: (controller) => controller.error(new Error("reset")),
    });
    expect(await codeOf(readBytes(request(body), LIMITS))).toBe("malformed_request");
  });

  it("reads nothing of a body that is announced as too long", async () => {
    let isRead = false;
    const body = new ReadableStream<Chunk>({
      pull() {
        isRead = true;
      },
    }, { highWaterMark: 0 });
    const announced = request(body, {
      ...JSON_HEADERS,
      "content-length": `${LIMITS.maxBytes + 1}`,
    });
    expect(await codeOf(readBytes(announced, LIMITS))).toBe("body_too_large");
    expect(isRead).toBe(false);
  });

  it("reads no body as no bytes", async () => {
    expect((await readBytes(request(null), LIMITS)).length).toBe(0);
  });
});

describe("readBytes() of a body whose length was declared", () => {
  const declared = (body: BodyInit, length: number) =>
    request(body, { ...JSON_HEADERS, "content-length": `${length}` });

  it("reads it", async () => {
    const bytes = await readBytes(declared("0123456789", 10), LIMITS);
    expect(new TextDecoder().decode(bytes)).toBe("0123456789");
  });

  it("refuses more than the limit, where more comes than was declared", async () => {
    const body = "x".repeat(LIMITS.maxBytes + 1);
    expect(await codeOf(readBytes(declared(body, 10), LIMITS))).toBe("body_too_large");
  });

  it("refuses it in a content coding", async () => {
    const encoded = declared("0123456789", 10);
    encoded.headers.set("content-encoding", "gzip");
    expect(await codeOf(readBytes(encoded, LIMITS))).toBe("unsupported_media_type");
  });

  for (
    const [what, sent, code] of [
      ["that stalls", { closes: false, timeoutMs: 200 }, "body_timeout"],
      ["that breaks off", { closes: true, timeoutMs: 30_000 }, "malformed_request"],
    ] as const
  ) {
    it(`refuses a body ${what} over HTTP`, async () => {
      const outcome = Promise.withResolvers<string>();
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        async (request) => {
          const limits = { ...LIMITS, timeoutMs: sent.timeoutMs };
          outcome.resolve(await codeOf(readBytes(request, limits)));
          return new Response();
        },
      );
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
      const head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234";
      await connection.write(new TextEncoder().encode(head));
      if (sent.closes) await connection.closeWrite();
      expect(await promptly("the body has ended", outcome.promise)).toBe(code);
    });
  }
});

describe("readJson()", () => {
  const CASES: [string, Request, unknown][] = [
    ["an object", request('{"a":1}'), { a: 1 }],
    ["no body", request(null), undefined],
    ["an empty body of no type", request("", {}), undefined],
    ["another type of JSON", request("[]", { "content-type": "application/problem+json" }), []],
    ["a charset", request("1", { "content-type": "application/json; charset=utf-8" }), 1],
  ];
  for (const [what, each, value] of CASES) {
    it(`reads ${what}`, async () =>
      expect(await readJson(each, LIMITS)).toEqual(value === undefined ? {} : { value }));
  }

  const REFUSALS: [string, Request, string][] = [
    ["no type", request("{}", { "content-type": "" }), "unsupported_media_type"],
    ["text", request("{}", { "content-type": "text/json" }), "unsupported_media_type"],
    [
      "a type that only begins so",
      request("{}", { "content-type": "application/jsonp" }),
      "unsupported_media_type",
    ],
    [
      "gzip",
      request("{}", { ...JSON_HEADERS, "content-encoding": "gzip" }),
      "unsupported_media_type",
    ],
    ["half an object", request("{"), "malformed_request"],
    ["two values", request("{} {}"), "malformed_request"],
    ["what is not UTF-8", request(Uint8Array.of(0x22, 0xff, 0x22)), "malformed_request"],
  ];
  for (const [what, each, code] of REFUSALS) {
    it(`refuses ${what}`, async () => expect(await codeOf(readJson(each, LIMITS))).toBe(code));
  }
});

describe("readJsonObject()", () => {
  it("reads no body as an empty object", async () => {
    expect(await readJsonObject(request(null), LIMITS)).toEqual({ kind: "one", body: {} });
  });
  for (const body of ["[]", "null", '"text"', "1"]) {
    it(`refuses ${body}`, async () => {
      expect(await codeOf(readJsonObject(request(body), LIMITS))).toBe("malformed_request");
    });
  }
});

describe("assertObject()", () => {
  it("names what it is about", () => {
    expect(() => assertObject([], "The line")).toThrow(
      "The line is not a JSON object: send its fields in braces",
    );
  });
});

describe("assertNotEncoded()", () => {
  for (const coding of ["", "identity", " Identity , ,identity"]) {
    it(`takes "${coding}"`, () => assertNotEncoded(new Headers({ "content-encoding": coding })));
  }
  for (const coding of ["gzip", "identity, br", "identityx"]) {
    it(`refuses "${coding}"`, () => {
      expect(() => assertNotEncoded(new Headers({ "content-encoding": coding }))).toThrow(coding);
    });
  }
  it('takes chunks, as "Transfer-Encoding" spells them', () =>
    assertNotEncoded(new Headers({ "transfer-encoding": "Chunked" })));
  for (const coding of ["gzip, chunked", "chunked, chunked", "", ",chunked"]) {
    it(`refuses "${coding}" in "Transfer-Encoding"`, () => {
      expect(() => assertNotEncoded(new Headers({ "transfer-encoding": coding })))
        .toThrow("transfer coding");
    });
  }
});

describe("isTaken()", () => {
  const CASES: [string | null, string[], boolean][] = [
    ["text/csv; header=present", ["text/csv"], true],
    ["TEXT/CSV", ["text/csv"], true],
    ["text/plain", ["text/*"], true],
    ["image/png", ["*/*"], true],
    ["application/vnd.api+json", ["application/json"], true],
    ["application/dispatch+json", ["application/json"], true],
    ["application/vnd.acme.dispatch+json", ["application/json"], true],
    ["application/vnd.acme.patch+json", ["application/json"], false],
    ["application/patch+json", ["application/json"], false],
    ["text/csvx", ["text/csv"], false],
    ["image/png", ["text/*"], false],
    [null, ["*/*"], false],
    ["", ["*/*"], false],
    [" ", ["*/*"], false],
  ];
  for (const [type, takes, expected] of CASES) {
    it(`says ${expected} for ${type} where it takes ${takes}`, () => {
      expect(isTaken(type, takes)).toBe(expected);
    });
  }
});

describe("a body of single bytes over HTTP", () => {
  const COUNT = 20_000;
  // Each byte kept a view on 64 KiB before: 1.3 GB.
  const BOUND_BYTES = 100_000_000;

  /** Sends each byte in a chunk of its own, and gives what the server says in the end. */
  async function sendScattered(
    port: number,
    bytes: Uint8Array,
    { type, framing }: { type: string; framing: "chunked" | "length" },
  ): Promise<string> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    const isChunked = framing === "chunked";
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n` +
      (isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes.length}`) +
      "\r\nConnection: close\r\n\r\n";
    await writeAll(connection, encoder.encode(head));
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte));
    const chunks = isChunked ? text.map((character) => `1\r\n${character}\r\n`) : text;
    // Without chunks, what is written at once arrives at once.
    const atOnce = isChunked ? 500 : 10;
    for (let start = 0; start < chunks.length; start += atOnce) {
      await writeAll(connection, encoder.encode(chunks.slice(start, start + atOnce).join("")));
      if (start % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (isChunked) await writeAll(connection, encoder.encode("0\r\n\r\n"));
    return (await new Response(connection.readable).text()).split("\r\n\r\n")[1] ?? "";
  }

  /** Does the work again and again until it is disposed of, for a quarter of the time at most. */
  function repeatedly(work: () => void): Disposable {
    const next = (pauseMs: number): ReturnType<typeof setTimeout> =>
      setTimeout(() => {
        const begin = performance.now();
        work();
        timer = next(3 * (performance.now() - begin));
      }, pauseMs);
    let timer = next(0);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  }

  const READERS: [string, string, (request: Request) => Promise<number>][] = [
    ["JSON", "application/json", async (request) => {
      const bytes = await readBytes(request, LIMITS);
      return bytes.length;
    }],
    ["NDJSON", "application/x-ndjson", async (request) => {
      const body = await readEntries(request, LIMITS);
      let length = 0;
      if (body.kind === "many") {
        for await (const entries of body.upload.blocks) {
          for (const entry of entries) {
            if ("text" in entry) length += entry.text.end - entry.text.start;
          }
        }
      }
      return length;
    }],
  ];
  const cases = READERS.flatMap((reader) =>
    (["chunked", "length"] as const).map((framing) => [...reader, framing] as const)
  );
  for (const [what, type, read, framing] of cases) {
    it(`keeps memory in proportion to its bytes, as ${what}, framed by ${framing}`, async () => {
      const before = keptMemory();
      let most = 0;
      const measure = () => most = Math.max(most, keptMemory() - before);
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        async (request) => {
          const length = await read(request);
          measure();
          return new Response(`${length}`);
        },
      );
      using _measuring = repeatedly(measure);
      const text = encoder.encode(`"${"x".repeat(COUNT - 2)}"`);
      expect(await sendScattered(server.addr.port, text, { type, framing }))
        .toContain(`${COUNT}`);
      expect(most).toBeLessThan(BOUND_BYTES);
    });
  }
});

describe("A patch", () => {
  const PATCHES = [
    "application/merge-patch+json",
    "application/json-patch+json; charset=utf-8",
    "application/strategic-merge-patch+json",
    "APPLICATION/MERGE-PATCH+JSON",
  ];
  for (const type of PATCHES) {
    it(`is not taken for the JSON that it is written in, as ${type}`, async () => {
      const sent = new Request("http://localhost/", {
        method: "PATCH",
        body: "{}",
        headers: { "content-type": type },
      });
      const refused = await readJson(sent, LIMITS).then(() => null, (error) => error);
      expect(refused).toMatchObject({
        code: "unsupported_media_type",
        headers: { accept: "application/json", "accept-patch": "application/json" },
      });
      const posted = await readEntries(request("[]", { "content-type": type }), LIMITS)
        .then(() => null, (error) => error);
      expect(posted).toMatchObject({ code: "unsupported_media_type" });
      expect(posted.headers).not.toHaveProperty("accept-patch");
      expect(isTaken(type, ["application/json", "application/a+json"])).toBe(false);
      expect(isTaken(type, [type.toLowerCase()])).toBe(true);
    });
  }

  it("is what its whole name says", async () => {
    const types = [
      "application/dispatch",
      "application/dispatch+json",
      "application/patch.a+json",
      "application/a+json",
    ];
    for (const type of types) {
      const read = readJson(request("{}", { "content-type": type }), LIMITS);
      if (type.endsWith("json")) expect(await read).toEqual({ value: {} });
      else await expect(read).rejects.toMatchObject({ code: "unsupported_media_type" });
    }
  });
});

describe("readEntries()", () => {
  const TYPES = ["x-ndjson", "ndjson", "jsonl", "x-jsonlines", "JSONL; charset=utf-8"];
  for (const type of TYPES) {
    it(`takes application/${type} as lines`, async () => {
      const headers = { "content-type": `application/${type}` };
      const request = new Request("http://service.test/", {
        method: "POST",
        body: "{}\n",
        headers,
      });
      const body = await readEntries(request, LIMITS);
      expect(body.kind).toBe("many");
      if (body.kind === "many") await body.upload.drain();
    });
  }
});
